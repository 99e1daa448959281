from django.urls import path

from shidra.foundation.look.gallery import gallery

app_name = "look"

urlpatterns = [
    path("look/gallery/", gallery, name="gallery"),
]
