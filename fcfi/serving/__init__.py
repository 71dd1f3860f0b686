"""Backends for other annotation tools: a picture and prompts in, a mask out, in the tool's schema.

a request in a tool's schema
      |
faces/          one module a tool: its routes, requests and responses; no state
      |         -> prompts in their order, and where the picture is
answering.py    from a request to a prediction, in threads
pictures.py     reads the picture: from the request, a folder, or the tool's own server
prompted.py     all the state: pictures and predictions in memory, one look for each new prompt
      |
Predictor.predict

app.py          the application of `fcfi serve`
cvat_agent.py   the same for CVAT's agents, without HTTP
outlines.py     masks as polygons, for tools without masks
"""
