"""FACE 4: doors without a log-in: WeChat's pushes, codes read by any camera, health, the bench."""

from flask import Flask

from server.public import (
    auth,
    bench,
    checkins,
    checkins_screen,
    health,
    menus,
    metrics,
    notifications,
    preview,
)


def init_app(app: Flask, run_job: bench.RunJob) -> None:
    """Hang the doors into the application; the bench and the preview only outside production."""
    app.register_blueprint(health.bp)
    app.register_blueprint(metrics.bp)
    app.register_blueprint(auth.bp)
    app.register_blueprint(checkins.bp)
    app.register_blueprint(menus.bp)
    app.register_blueprint(checkins_screen.bp)
    app.register_blueprint(notifications.bp)
    if not app.extensions["xinyi"].config.is_production:
        app.register_blueprint(bench.blueprint(run_job))
        app.register_blueprint(preview.bp)
