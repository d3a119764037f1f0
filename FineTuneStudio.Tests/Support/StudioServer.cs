using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace FineTuneStudio.Tests.Support;

/// <summary>A whole studio on a free loopback port, with a data directory of its own; what a test replaces is replaced first.</summary>
internal sealed class StudioServer : IAsyncDisposable
{
    private readonly bool _ownsData;
    private readonly WebApplication _app;

    private StudioServer(WebApplication app, string dataDirectory, bool ownsData)
    {
        _app = app;
        DataDirectory = dataDirectory;
        _ownsData = ownsData;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public string DataDirectory { get; }

    public Uri Address => Client.BaseAddress!;

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    /// <param name="configure">Replaces services.</param>
    /// <param name="dataDirectory">A directory that outlives the server; by default one of its own, deleted at the end.</param>
    /// <param name="port">Where one that was stopped was before; by default a free one.</param>
    public static async Task<StudioServer> StartAsync(Action<IServiceCollection>? configure = null, string? dataDirectory = null, int port = 0)
    {
        var data = dataDirectory ?? Directory.CreateTempSubdirectory("studio-test-").FullName;
        var app = StudioHost.Create(new StudioHostSettings { DataDirectory = data, Address = IPAddress.Loopback, Port = port }, configure);
        await app.StartAsync();
        return new StudioServer(app, data, dataDirectory is null);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_ownsData)
        {
            Directory.Delete(DataDirectory, recursive: true);
        }
    }
}
