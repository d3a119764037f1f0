namespace FineTuneStudio.Api;

/// <summary>Refuses what another web site tries to do with this studio through a person's browser.</summary>
internal static class CrossSiteGuard
{
    public static void UseCrossSiteGuard(this IApplicationBuilder app)
        => app.Use((context, next) =>
        {
            var request = context.Request;
            var safe = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
            var site = request.Headers["Sec-Fetch-Site"].ToString();
            var origin = request.Headers.Origin.ToString();
            var foreign = site is "cross-site" or "same-site" || (origin.Length > 0 && origin != $"{request.Scheme}://{request.Host}");

            // A hub's connection begins with a GET and then does as it likes.
            if (foreign && (!safe || context.WebSockets.IsWebSocketRequest || request.Path.StartsWithSegments("/live")))
            {
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                return Task.CompletedTask;
            }

            return next(context);
        });
}
