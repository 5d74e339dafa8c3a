"""Les fichiers statiques en production : un nom par contenu, jusque dans les modules qui en appellent d'autres."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Statiques(CompressedManifestStaticFilesStorage):
    """`import "./coffre.js"` y devient `import "./coffre.<empreinte>.js"` : un module ne se mêle jamais à un plus ancien."""

    support_js_module_import_aggregation = True
