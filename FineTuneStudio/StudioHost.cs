using System.Net;
using FineTuneStudio.Api;
using FineTuneStudio.Application;
using FineTuneStudio.Components;
using FineTuneStudio.Components.Notices;
using FineTuneStudio.Live;

namespace FineTuneStudio;

/// <summary>The web host's composition root.</summary>
internal static class StudioHost
{
    /// <param name="settings">Address and data directory.</param>
    /// <param name="configure">Lets a test replace a service.</param>
    public static WebApplication Create(StudioHostSettings settings, Action<IServiceCollection>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, ApplicationName = typeof(StudioHost).Assembly.GetName().Name });
        builder.WebHost.UseStaticWebAssets();
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;
            server.Listen(settings.Address, settings.Port);
        });
        // Assets do not change under a running studio; without this they would be served uncompressed and unhashed from a build.
        // A studio for this machine alone answers to this machine's names alone, so that no web site can point a name of its own here.
        builder.Configuration.AddInMemoryCollection(
        [
            new("ReloadStaticAssetsAtRuntime", "false"),
            new("AllowedHosts", IPAddress.IsLoopback(settings.Address) ? "localhost;127.0.0.1;[::1]" : "*"),
        ]);
        if (settings.DataDirectory.Length > 0)
        {
            builder.Configuration.AddInMemoryCollection([new($"{StudioOptions.Section}:{nameof(StudioOptions.DataDirectory)}", settings.DataDirectory)]);
        }

        builder.Services.AddStudio(builder.Configuration);
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        builder.Services.AddLive();
        builder.Services.AddScoped<ToastService>();
        builder.Services.AddScoped<Deletion>();
        // Our own assets lie compressed beside the program, those of libraries do not.
        builder.Services.AddResponseCompression(options => options.MimeTypes = ["text/css", "text/javascript"]);
        configure?.Invoke(builder.Services);

        var app = builder.Build();
        app.UseExceptionHandler("/error");
        app.UseStatusCodePagesWithReExecute("/not-found");
        app.UseSecurityHeaders();
        app.UseResponseCompression();
        app.UseWebSockets();
        app.UseCrossSiteGuard();
        app.UseAntiforgery();
        app.MapStaticAssets();
        app.MapStudioApi();
        app.MapLive();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null);
        return app;
    }
}
