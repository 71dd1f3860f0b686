"""Serving other programs: a picture and prompts in, a mask out, in the words of the program.

a request in a tool's words
      |
faces/          one module a tool: its addresses, its requests, its answers; no state
      |         -> prompts in their order, and where the picture is
pictures.py     the picture, from the request, a folder, or the tool's own server
prompted.py     all the state: pictures and predictions in memory, a pass for each new prompt
      |
Predictor.predict
"""
