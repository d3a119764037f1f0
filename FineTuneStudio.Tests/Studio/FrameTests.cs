using System.Net;
using System.Text.RegularExpressions;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Studio;

public sealed partial class FrameTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/")]
    [InlineData("/health")]
    [InlineData("/_framework/blazor.web.js")]
    [InlineData("/lib/uplot.js")]
    [InlineData("/lib/signalr.js")]
    [InlineData("/css/tokens.css")]
    public async Task Get_PartOfTheFrame_IsServed(string path)
    {
        await using var studio = await StudioServer.StartAsync();

        var response = await studio.Client.GetAsync(path, Token);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.NotEmpty(await response.Content.ReadAsByteArrayAsync(Token));
    }

    [Fact]
    public async Task Get_FirstPage_ScriptsAndStylesTakeAtMost350KB()
    {
        await using var studio = await StudioServer.StartAsync();
        var page = await studio.Client.GetStringAsync("/", Token);
        var bytes = 0L;

        foreach (var address in Asset().Matches(page).Select(match => match.Groups["address"].Value).Distinct())
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/" + address);
            request.Headers.Add("Accept-Encoding", "br, gzip");
            using var response = await studio.Client.SendAsync(request, Token);
            bytes += (await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(Token)).Length;
        }

        Assert.InRange(bytes, 50_000, 350_000);
    }

    [Fact]
    public async Task Get_UnknownAddress_IsNotFoundWithTheWayHome()
    {
        await using var studio = await StudioServer.StartAsync();

        var response = await studio.Client.GetAsync("/no/such/page", Token);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("Go home", await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_AnyPage_AllowsNoForeignScript()
    {
        await using var studio = await StudioServer.StartAsync();

        var response = await studio.Client.GetAsync("/", Token);

        Assert.Contains("default-src 'self'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [GeneratedRegex(@"(?:href|src)=""(?<address>[^""]+\.(?:css|js))""")]
    private static partial Regex Asset();
}
