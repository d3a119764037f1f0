using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Templates;

namespace FineTuneStudio.Application.Models.Hub;

/// <summary>Asks a Hugging Face compatible hub. The token goes to the hub's own host and nowhere else, wherever it redirects to.</summary>
internal sealed class HubClient : IDisposable
{
    private const int MostRedirects = 5;
    private const int MostAnswerBytes = 64 << 20;
    private const int MostPages = 100;

    private readonly HubConnection _hub;
    private readonly HttpClient _http;

    public HubClient(HubConnection hub)
    {
        _hub = hub;

        // Redirects are followed here, where the token can be left out.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(20), AutomaticDecompression = DecompressionMethods.None })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("FineTuneStudio");
    }

    /// <summary>The commit that a revision stands for.</summary>
    /// <exception cref="UserErrorException">No such repository or revision, no right to it, or no hub.</exception>
    public async Task<string> FindCommitAsync(HubAddress address, CancellationToken cancellationToken)
    {
        using var document = await AskAsync(new Uri(_hub.Endpoint, $"api/models/{address.Repository}/revision/{Uri.EscapeDataString(address.Revision)}"), address, cancellationToken);
        var commit = document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("sha", out var sha) ? sha.GetString() : null;
        return commit is { Length: >= 7 and <= 64 } && commit.All(char.IsAsciiHexDigitLower)
            ? commit
            : throw Fault(address, "The hub's answer names no commit; is this a Hugging Face compatible hub?");
    }

    /// <summary>The files at the top of a repository and its additional templates; those in other folders, or with names that could leave one, are passed over.</summary>
    /// <exception cref="UserErrorException">The hub lies, or is gone.</exception>
    public async Task<IReadOnlyList<HubFile>> ListAsync(HubAddress address, string commit, CancellationToken cancellationToken)
    {
        var top = $"api/models/{address.Repository}/tree/{commit}";
        var entries = await EntriesAsync(top, address, cancellationToken);
        if (entries.Exists(entry => PathOf(entry) == AdditionalTemplates.Folder && TypeOf(entry) == "directory"))
        {
            entries.AddRange(await EntriesAsync($"{top}/{AdditionalTemplates.Folder}", address, cancellationToken));
        }

        return [.. entries.Select(Read).OfType<HubFile>()];
    }

    /// <summary>A file's content from a place on; the caller disposes the answer. Its status is 206 where the hub went along, 200 where it begins anew.</summary>
    public Task<HttpResponseMessage> OpenAsync(HubAddress address, string commit, string name, long from, CancellationToken cancellationToken)
        => SendAsync(
            new Uri(_hub.Endpoint, $"{address.Repository}/resolve/{commit}/{string.Join('/', name.Split('/').Select(Uri.EscapeDataString))}"), address,
            from > 0 ? new RangeHeaderValue(from, null) : null, cancellationToken);

    public void Dispose() => _http.Dispose();

    // A folder of a repository, page by page.
    private async Task<List<JsonElement>> EntriesAsync(string folder, HubAddress address, CancellationToken cancellationToken)
    {
        var entries = new List<JsonElement>();
        var next = new Uri(_hub.Endpoint, folder);
        for (var page = 0; page < MostPages; page++)
        {
            using var response = await SendAsync(next, address, range: null, cancellationToken);
            using var document = await ReadAsync(response, address, cancellationToken);
            entries.AddRange(document.RootElement.EnumerateArray().Select(entry => entry.Clone()));
            if (NextPage(response) is not { } following)
            {
                break;
            }

            next = following;
        }

        return entries;
    }

    private static string PathOf(JsonElement entry) => entry.GetProperty("path").GetString()!;

    private static string? TypeOf(JsonElement entry) => entry.GetProperty("type").GetString();

    private static HubFile? Read(JsonElement entry)
    {
        var name = PathOf(entry);
        var isPlain = (name == Path.GetFileName(name) || AdditionalTemplates.Contains(name)) && !name.Contains('\\', StringComparison.Ordinal) && name is not ("." or "..") && !name.Any(char.IsControl);
        if (!isPlain || TypeOf(entry) != "file")
        {
            return null;
        }

        // A large file's own size and hash are those of the store, not of the pointer that git has.
        var isLarge = entry.TryGetProperty("lfs", out var lfs) && lfs.ValueKind == JsonValueKind.Object;
        var size = (isLarge ? lfs : entry).GetProperty("size").GetInt64();
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        var oid = (isLarge ? lfs : entry).GetProperty("oid").GetString()!.Replace("sha256:", "", StringComparison.Ordinal);
        return new HubFile(name, size, isLarge ? oid : null, isLarge ? null : oid);
    }

    private async Task<JsonDocument> AskAsync(Uri uri, HubAddress address, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(uri, address, range: null, cancellationToken);
        return await ReadAsync(response, address, cancellationToken);
    }

    private static async Task<JsonDocument> ReadAsync(HttpResponseMessage response, HubAddress address, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            using var memory = new MemoryStream();
            var buffer = new byte[1 << 16];
            for (var count = await stream.ReadAsync(buffer, cancellationToken); count > 0; count = await stream.ReadAsync(buffer, cancellationToken))
            {
                memory.Write(buffer, 0, count);
                if (memory.Length > MostAnswerBytes)
                {
                    throw Fault(address, $"The hub's answer is larger than {MostAnswerBytes} bytes.");
                }
            }

            return JsonDocument.Parse(memory.ToArray());
        }
        catch (JsonException)
        {
            throw Fault(address, "The hub's answer is no JSON; is this a Hugging Face compatible hub?");
        }
    }

    private async Task<HttpResponseMessage> SendAsync(Uri uri, HubAddress address, RangeHeaderValue? range, CancellationToken cancellationToken)
    {
        for (var redirects = 0; redirects <= MostRedirects; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, uri);
            request.Headers.Range = range;
            if (_hub.Token is { } token && uri.Scheme == _hub.Endpoint.Scheme && uri.Authority == _hub.Endpoint.Authority)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            }

            var response = await TrySendAsync(request, cancellationToken);
            if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
            {
                if (response.IsSuccessStatusCode)
                {
                    return response;
                }

                using (response)
                {
                    throw new UserErrorException([HubRefusal.Explain(response, address, _hub)]);
                }
            }

            using (response)
            {
                var next = response.Headers.Location is { } location ? new Uri(uri, location) : throw Fault(address, "The hub redirects to nowhere.");
                uri = next.Scheme == "https" || (next.Scheme == "http" && uri.Scheme == "http")
                    ? next
                    : throw Fault(address, $"The hub redirects from {uri.Scheme} to {next.Scheme}, which is not followed.");
            }
        }

        throw Fault(address, $"The hub redirected {MostRedirects} times without an end.");
    }

    private async Task<HttpResponseMessage> TrySendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            throw new HubUnreachableException($"{request.RequestUri!.Host} cannot be reached: {exception.Message}");
        }
    }

    private Uri? NextPage(HttpResponseMessage response)
    {
        // <https://...>; rel="next"
        var link = response.Headers.TryGetValues("Link", out var links) ? links.FirstOrDefault(text => text.Contains("rel=\"next\"", StringComparison.Ordinal)) : null;
        var end = link?.IndexOf('>') ?? -1;
        return link?.StartsWith('<') == true && end > 1 && Uri.TryCreate(_hub.Endpoint, link[1..end], out var uri) ? uri : null;
    }

    private static UserErrorException Fault(HubAddress address, string message) => new(address.ToString(), message);
}
