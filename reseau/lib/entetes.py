"""L'en-tête que Django ne pose pas : ce que le navigateur refuse à nos pages, et à ce qui s'y glisserait."""

FERMES = ["accelerometer", "autoplay", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone"]
FERMES += ["midi", "payment", "publickey-credentials-get", "usb", "xr-spatial-tracking"]
PERMISSIONS = ", ".join(f"{nom}=()" for nom in FERMES)


class PermissionsMiddleware:
    """Pose `Permissions-Policy` sur toute réponse."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response
