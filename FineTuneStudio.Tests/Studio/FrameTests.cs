using System.Net;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Studio;

public sealed class FrameTests
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
}
