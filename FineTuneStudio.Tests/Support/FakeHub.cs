using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using FineTuneStudio.Application.Models.Hub;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FineTuneStudio.Tests.Support;

/// <summary>A hub of one repository, <c>acme/tiny</c>, on a port of its own; the test breaks it where it likes.</summary>
internal sealed class FakeHub : IAsyncDisposable
{
    public const string Repository = "acme/tiny";
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly WebApplication _app;
    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    private FakeHub()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(options => options.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(ServeAsync);
    }

    /// <summary>The token that opens it; <see langword="null"/> lets everybody in.</summary>
    public string? Token { get; set; }

    /// <summary>Whether consent to terms is asked for, which no account here has given.</summary>
    public bool Gated { get; set; }

    /// <summary>How many answers with a file's content are cut off in the middle.</summary>
    public int Cuts { get; set; }

    /// <summary>Whether it begins every file anew, whatever range is asked for.</summary>
    public bool IgnoresRanges { get; set; }

    /// <summary>Bytes that the list claims of a file beyond what it has.</summary>
    public Dictionary<string, int> Lies { get; } = [];

    /// <summary>Files whose announced hash is another's.</summary>
    public HashSet<string> WrongHashes { get; } = [];

    /// <summary>More entries of the list, as they are.</summary>
    public List<object> Strangers { get; } = [];

    /// <summary>Answers with a large file stand still in the middle until it is there; <see langword="null"/> lets them through.</summary>
    public Task? Held { get; set; }

    /// <summary>Where contents are redirected to, or <see langword="null"/>.</summary>
    public Uri? Store { get; set; }

    /// <summary>What was asked for: path and range.</summary>
    public List<(string Path, string Range, string Authorization)> Requests { get; } = [];

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public HubConnection Connection(string? token = null) => new(new Uri(Address, "/"), token);

    public static async Task<FakeHub> StartAsync()
    {
        var hub = new FakeHub();
        await hub._app.StartAsync();
        return hub;
    }

    /// <summary>Puts a file into the repository, at its top or one folder below.</summary>
    public void Add(string name, byte[] content) => _files[name] = content;

    /// <summary>Puts a folder's files into the repository.</summary>
    public void AddFolder(string folder, params string[] names)
    {
        foreach (var name in names)
        {
            Add(name, File.ReadAllBytes(Path.Combine(folder, name)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task ServeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        lock (Requests)
        {
            Requests.Add((path, context.Request.Headers.Range.ToString(), context.Request.Headers.Authorization.ToString()));
        }

        if (Refuses(context, path))
        {
            return;
        }

        if (path == $"/api/models/{Repository}/revision/main")
        {
            await context.Response.WriteAsJsonAsync(new { id = Repository, sha = Commit });
        }
        else if (PartAfter(path, $"/api/models/{Repository}/tree/{Commit}") is { } folder)
        {
            await context.Response.WriteAsJsonAsync(List(folder.TrimStart('/')));
        }
        else if (PartAfter(path, $"/{Repository}/resolve/{Commit}/") is { } name && _files.TryGetValue(name, out var content))
        {
            await SendAsync(context, name, content);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }

    private static string? PartAfter(string path, string begin) => path.StartsWith(begin, StringComparison.Ordinal) ? path[begin.Length..] : null;

    // As a hub does: a folder's own files, with their whole paths, and the names of the folders in it.
    private IEnumerable<object> List(string folder)
    {
        var files = _files.Where(file => Path.GetDirectoryName(file.Key) == folder).Select(Entry);
        var folders = _files.Keys.Select(name => Path.GetDirectoryName(name)!).Where(name => name.Length > 0).Distinct().Select(path => new { type = "directory", path, size = 0, oid = new string('3', 40) });
        return folder.Length == 0 ? [.. files, .. folders, .. Strangers] : files;
    }

    private bool Refuses(HttpContext context, string path)
    {
        var isStranger = !path.Contains(Repository, StringComparison.Ordinal);
        var knows = Token is null || context.Request.Headers.Authorization == $"Bearer {Token}";
        var (status, code) = (isStranger, knows, Gated, path.EndsWith("/revision/nowhere", StringComparison.Ordinal)) switch
        {
            (true, _, _, _) => (StatusCodes.Status401Unauthorized, "RepoNotFound"),
            (_, false, _, _) => (StatusCodes.Status401Unauthorized, Gated ? "GatedRepo" : "RepoNotFound"),
            (_, _, true, _) => (StatusCodes.Status403Forbidden, "GatedRepo"),
            (_, _, _, true) => (StatusCodes.Status404NotFound, "RevisionNotFound"),
            _ => (0, ""),
        };
        if (status == 0)
        {
            return false;
        }

        context.Response.StatusCode = status;
        context.Response.Headers["X-Error-Code"] = code;
        return true;
    }

    // Large files stand in a store with their SHA-256, small ones in git with its own hash.
    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "Git names its objects so.")]
    private object Entry(KeyValuePair<string, byte[]> file)
    {
        var size = file.Value.Length + Lies.GetValueOrDefault(file.Key);
        var content = WrongHashes.Contains(file.Key) ? "another file"u8.ToArray() : file.Value;
        return file.Key.EndsWith(".safetensors", StringComparison.Ordinal)
            ? new { type = "file", path = file.Key, size = 133, oid = new string('1', 40), lfs = new { oid = Convert.ToHexStringLower(SHA256.HashData(content)), size } }
            : new { type = "file", path = file.Key, size, oid = Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content])) };
    }

    private async Task SendAsync(HttpContext context, string name, byte[] content)
    {
        if (Store is not null)
        {
            context.Response.Redirect(new Uri(Store, $"/{Repository}/resolve/{Commit}/{name}").ToString());
            return;
        }

        var from = IgnoresRanges || context.Request.Headers.Range.Count == 0 ? 0 : int.Parse(context.Request.Headers.Range.ToString()["bytes=".Length..].TrimEnd('-'), System.Globalization.CultureInfo.InvariantCulture);
        if (from > 0)
        {
            context.Response.StatusCode = StatusCodes.Status206PartialContent;
            context.Response.Headers.ContentRange = $"bytes {from}-{content.Length - 1}/{content.Length}";
        }

        context.Response.ContentLength = content.Length - from;
        if (Held is { } held && content.Length > 1 << 16)
        {
            var half = (content.Length - from) / 2;
            await context.Response.Body.WriteAsync(content.AsMemory(from, half), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await held.WaitAsync(context.RequestAborted);
            from += half;
        }

        if (Cuts > 0 && content.Length - from > 1)
        {
            Cuts--;
            await context.Response.Body.WriteAsync(content.AsMemory(from, (content.Length - from) / 2));
            await context.Response.Body.FlushAsync();
            context.Features.Get<IHttpRequestLifetimeFeature>()!.Abort();
            return;
        }

        await context.Response.Body.WriteAsync(content.AsMemory(from));
    }
}
