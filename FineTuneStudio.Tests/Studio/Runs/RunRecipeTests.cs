using System.Net;
using System.Net.Http.Headers;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Runs;

public sealed class RunRecipeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task Recipe_OfARun_QueuesTheSameAgain()
    {
        using var engine = new FakeTrainingEngine();
        await using var studio = await StudioServer.StartAsync(services => services.AddSingleton<ITrainingEngine>(engine));
        await studio.AddModelAndDatasetAsync();
        var runs = studio.Services.GetRequiredService<RunService>();
        var first = (await runs.FindAsync((await studio.StartRunAsync("first")).Id, Token))!;
        var recipe = runs.Recipe(first, studio.Address);

        Assert.StartsWith("curl ", recipe.Curl, StringComparison.Ordinal);
        Assert.Contains($"{studio.Address}api/runs", recipe.Curl, StringComparison.Ordinal);
        var body = Between(recipe.Curl, "<<'END'\n", "\nEND\n");
        Assert.Equal(body.Split('\n').Select(line => line.Trim()), Between(recipe.CSharp, "\"\"\"\n", "\n    \"\"\"").Split('\n').Select(line => line.Trim()));

        using var content = new StringContent(body, MediaTypeHeaderValue.Parse("application/json"));
        var response = await studio.Client.PostAsync("/api/runs", content, Token);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var second = (await runs.FindAsync(Guid.Parse(response.Headers.Location!.ToString().Split('/')[^1]), Token))!;
        Assert.Equal(first.Specification.ToJson(), second.Specification.ToJson());

        // The command line needs no library: its specification has paths.
        var specification = RunSpecification.Parse(Between(recipe.CommandLine, "<<'END'\n", "\nEND\n"), "spec.json");
        Assert.True(Path.IsPathRooted(specification.Dataset.Path));
    }

    [Fact(Timeout = 120_000)]
    public async Task Post_ImpossibleSpecification_NamesEveryField()
    {
        await using var studio = await StudioServer.StartAsync();
        using var content = new StringContent("""{"model":"none","dataset":{"path":"nothing"},"lora":{"rank":0}}""", MediaTypeHeaderValue.Parse("application/json"));

        var response = await studio.Client.PostAsync("/api/runs", content, Token);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("lora.rank", await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    private static string Between(string text, string begin, string end)
    {
        var start = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        return text[start..text.IndexOf(end, start, StringComparison.Ordinal)];
    }
}
