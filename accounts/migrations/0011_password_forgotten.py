from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_disabled_ends_sessions"),
    ]

    operations = [
        migrations.AlterField(
            model_name="securityevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("login", "connexion"),
                    ("login_refused", "connexion refusée"),
                    ("locked_out", "trop d’essais"),
                    ("logout", "déconnexion"),
                    ("session_ended", "session fermée"),
                    ("password_changed", "mot de passe changé"),
                    ("password_forgotten", "mot de passe oublié"),
                    ("second_factor_changed", "second facteur changé"),
                    ("invited", "invitation"),
                    ("identity_bound", "identité rattachée"),
                    ("rights_changed", "droits changés"),
                    ("delegated", "délégation"),
                    ("account_disabled", "compte désactivé"),
                    ("rate_exceeded", "cadence dépassée"),
                    ("upload_refused", "fichier refusé"),
                    ("imported", "import"),
                    ("exported", "export de données personnelles"),
                    ("purged", "purge"),
                ],
                max_length=32,
                verbose_name="événement",
            ),
        ),
    ]
