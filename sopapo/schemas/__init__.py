"""What crosses the wire, by noun.

Requests are frozen models that refuse whatever they do not know; results and states are typed dictionaries,
ready to be written as JSON. The OpenAPI document is made from both.
"""
