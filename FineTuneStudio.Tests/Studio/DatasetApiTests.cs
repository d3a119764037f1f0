using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FineTuneStudio.Application;
using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTuneStudio.Tests.Studio;

public sealed class DatasetApiTests
{
    private const string GoodRow = """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}]}""";
    private const string BadRow = """{"messages":[{"role":"user","content":"Hi"}]}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task Upload_GoodAndBadRows_AreCountedAndTheBadOnesDownloaded()
    {
        await using var studio = await StudioServer.StartAsync();

        var id = await studio.UploadAsync("mixed.jsonl", [GoodRow, BadRow, GoodRow], Token);
        var dataset = await studio.Services.GetRequiredService<DatasetLibrary>().FindAsync(id, Token);
        var badRows = await studio.Client.GetAsync($"/api/datasets/{id}/bad-rows", Token);

        Assert.Equal((3, 1), (dataset!.Rows, dataset.BadRows));
        Assert.Equal(BadRow, (await badRows.Content.ReadAsStringAsync(Token)).Trim());
        Assert.Equal("mixed.bad.jsonl", badRows.Content.Headers.ContentDisposition!.FileName);
    }

    [Fact(Timeout = 120_000)]
    public async Task Get_OneAndAll_SayWhatTheRowsAreMeantFor()
    {
        await using var studio = await StudioServer.StartAsync();
        var answers = await studio.UploadAsync("answers.jsonl", [GoodRow], Token);
        var prompts = await studio.UploadAsync("prompts.jsonl", [BadRow], Token);

        var one = JsonNode.Parse(await studio.Client.GetStringAsync($"/api/datasets/{prompts}", Token))!;
        var all = JsonNode.Parse(await studio.Client.GetStringAsync("/api/datasets", Token))!.AsArray();

        Assert.Equal(("rft", "checked", "prompts.jsonl"), ((string?)one["method"], (string?)one["state"], (string?)one["name"]));
        Assert.Equal([$"{prompts} rft", $"{answers} sft"], all.Select(dataset => $"{dataset!["id"]} {dataset["method"]}"));
        Assert.Equal(HttpStatusCode.NotFound, (await studio.Client.GetAsync($"/api/datasets/{Guid.NewGuid()}", Token)).StatusCode);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("../../../etc/passwd.jsonl")]
    [InlineData("..")]
    [InlineData("<img src=x onerror=alert(1)>.jsonl")]
    [InlineData("a\u202Eb\u0000c.jsonl")]
    [InlineData("🦙🦙.csv.exe")]
    public async Task Upload_HostileName_StaysInsideTheDataDirectory(string name)
    {
        await using var studio = await StudioServer.StartAsync();

        var id = await studio.UploadAsync(name, [GoodRow], Token);

        var files = Directory.GetFiles(Path.Combine(studio.DataDirectory, "datasets"), "*", SearchOption.AllDirectories);
        Assert.Equal(["report.json", "rows.index", "rows.jsonl"], files.Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.Contains(id.ToString("N"), file, StringComparison.Ordinal));
        Assert.Empty(Directory.GetFiles(Path.Combine(studio.DataDirectory, "uploads")));
    }

    [Fact(Timeout = 120_000)]
    public async Task Upload_SameNameTwice_GetsANumber()
    {
        await using var studio = await StudioServer.StartAsync();

        await studio.UploadAsync("rows.jsonl", [GoodRow], Token);
        await studio.UploadAsync("rows.jsonl", [GoodRow], Token);

        var names = (await studio.Services.GetRequiredService<DatasetLibrary>().ListAsync(Token)).Select(dataset => dataset.Name);
        Assert.Equal(["rows (2).jsonl", "rows.jsonl"], names);
    }

    [Fact(Timeout = 120_000)]
    public async Task Upload_AboveTheLimit_IsRefusedAndLeavesNothing()
    {
        await using var studio = await StudioServer.StartAsync(services => services.Configure<StudioOptions>(options => options.MaxUploadBytes = 100));

        var response = await studio.Client.PostAsync("/api/datasets?name=large.jsonl", new StringContent(new string('x', 5000)), Token);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("larger than the limit of 100 bytes", await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(studio.DataDirectory, "uploads")));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(studio.DataDirectory, "datasets")));
    }

    [Fact(Timeout = 120_000)]
    public async Task Upload_FromAnotherSite_IsForbidden()
    {
        await using var studio = await StudioServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/datasets?name=rows.jsonl") { Content = new StringContent(GoodRow) };
        request.Headers.Add("Origin", "https://elsewhere.example");

        var response = await studio.Client.SendAsync(request, Token);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact(Timeout = 120_000)]
    public async Task Get_ByAForeignHostName_IsRefused()
    {
        await using var studio = await StudioServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Host = "rebound.example";

        var response = await studio.Client.SendAsync(request, Token);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("")]
    [InlineData("\u0000\u0001\u0002")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    public async Task Upload_FileWithoutAnyRow_IsShownWithItsFault(string content)
    {
        await using var studio = await StudioServer.StartAsync();

        var response = await studio.Client.PostAsync("/api/datasets?name=odd.jsonl", new StringContent(content), Token);
        var dataset = await response.Content.ReadFromJsonAsync<DatasetSummary>(RunSpecification.JsonOptions, Token);
        await studio.WaitForCheckAsync(dataset!.Id, Token);
        var page = await studio.Client.GetStringAsync($"/datasets/{dataset.Id}", Token);

        var stored = await studio.Services.GetRequiredService<DatasetLibrary>().FindAsync(dataset.Id, Token);
        Assert.True(stored!.State == DatasetState.Failed || stored.Faults > 0);
        Assert.Contains("odd.jsonl", page, StringComparison.Ordinal);
    }
}
