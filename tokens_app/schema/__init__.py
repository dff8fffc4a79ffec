"""The API's description: OpenAPI from the views by drf-spectacular, and by hand what no view says.

The views know nothing of it. `operations` is the prose and the examples, `errors` every `code`
with its status, `generator` puts both into the schema, `views` serves it and its reader.
"""
