"""From prompts to a mask: the protocol `Predictor`, the value `Prediction`, FCFI's predictor."""
