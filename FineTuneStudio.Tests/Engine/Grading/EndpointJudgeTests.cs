using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Grading.Judging;
using FineTuneStudio.Tests.Support;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Grading;

/// <summary>A judge behind a real server that answers, fails, is late and speaks nonsense.</summary>
public sealed class EndpointJudgeTests
{
    private const string Good = """{"steps":[],"result":0.5}""";
    private const string Score = """{"type":"score_model","name":"s","model":"big","sampling_params":{"seed":3,"temperature":0,"top_p":0.5,"max_completions_tokens":9,"reasoning_effort":"low"},"input":[{"role":"user","content":"Rate \"{{sample.output_text}}\"."}]}""";
    private const string NoModel = """{"type":"score_model","name":"s","input":[{"role":"system","content":"You are strict."},{"role":"user","content":"{{sample.output_text}}"}]}""";

    private readonly List<TimeSpan> _pauses = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ask_AnswerWithTokens_IsTheGradeAndTheQuestionIsWhole()
    {
        await using var server = await FakeJudgeServer.StartAsync((_, context) => FakeJudgeServer.CompleteAsync(context, Good));
        using var judge = Judge(server);

        var grade = await Grade(judge, "né \"4\"");

        Assert.Equal(0.5, grade.Score);
        Assert.Equal((1, 25), (judge.Questions, judge.Tokens));
        var (path, authorization, body) = Assert.Single(server.Requests);
        Assert.Equal(("/v1/chat/completions", ""), (path, authorization));
        Assert.Equal("big", body.GetProperty("model").GetString());
        Assert.Equal(["system", "user"], body.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("role").GetString()));
        Assert.Equal("Rate \"né \"4\"\".", body.GetProperty("messages")[1].GetProperty("content").GetString());
        Assert.Equal((3, 0, 0.5, 9), (body.GetProperty("seed").GetInt32(), body.GetProperty("temperature").GetDouble(), body.GetProperty("top_p").GetDouble(), body.GetProperty("max_completion_tokens").GetInt32()));
        Assert.Equal("low", body.GetProperty("reasoning_effort").GetString());
        var format = body.GetProperty("response_format");
        Assert.Equal(("json_schema", true), (format.GetProperty("type").GetString(), format.GetProperty("json_schema").GetProperty("strict").GetBoolean()));
        Assert.Equal("object", format.GetProperty("json_schema").GetProperty("schema").GetProperty("type").GetString());
    }

    [Fact]
    public async Task Ask_GraderWithoutModelOrEndpointWithoutSchemas_UsesTheSettings()
    {
        await using var server = await FakeJudgeServer.StartAsync((_, context) => FakeJudgeServer.CompleteAsync(context, $"```json\n{Good}\n```"));
        using var judge = Judge(server, settings => settings with { Model = "small", StructuredOutput = false, BaseAddress = settings.BaseAddress + "/" });
        using var nameless = Judge(server);

        Assert.Equal(0.5, (await Grade(judge, "4", NoModel)).Score);
        Assert.Contains("Judge:Model", (await Grade(nameless, "4", NoModel)).Reason, StringComparison.Ordinal);

        var body = Assert.Single(server.Requests).Body;
        Assert.Equal("small", body.GetProperty("model").GetString());
        Assert.False(body.TryGetProperty("response_format", out _));
        Assert.False(body.TryGetProperty("temperature", out _));
        Assert.StartsWith("You are strict.\n\nAnswer with JSON", body.GetProperty("messages")[0].GetProperty("content").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_Key_GoesAlongAndIsInNoMessage()
    {
        const string key = "sk-very-secret-0123456789";
        var variable = $"FTS_TEST_KEY_{Guid.NewGuid():N}";
        await using var server = await FakeJudgeServer.StartAsync((number, context) => number switch
        {
            0 => FakeJudgeServer.CompleteAsync(context, Good),
            1 => FakeJudgeServer.FailAsync(context, 401, $$$"""{"error":{"message":"Incorrect API key provided: {{{key}}}.","code":"invalid_api_key"}}"""),
            _ => FakeJudgeServer.FailAsync(context, 200, $"You sent {key}"),
        });
        using var judge = Judge(server, settings => settings with { KeyVariable = variable });

        Environment.SetEnvironmentVariable(variable, key + "\n");
        var grades = new[] { await Grade(judge, "a"), await Grade(judge, "b"), await Grade(judge, "c") };
        Environment.SetEnvironmentVariable(variable, null);

        Assert.All(server.Requests, request => Assert.Equal($"Bearer {key}", request.Authorization));
        Assert.Equal([0.5, null, null], grades.Select(grade => grade.Score));
        Assert.All(grades, grade => Assert.DoesNotContain("secret", grade.Reason, StringComparison.Ordinal));
        Assert.Contains($"Is the key in the variable {variable} right?", grades[1].Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "its name into Judge:KeyVariable")]
    [InlineData("FTS_TEST_UNSET", "FTS_TEST_UNSET, which Judge:KeyVariable names, is not set")]
    public async Task Ask_WithoutAKey_SaysWhereItGoes(string variable, string expected)
    {
        await using var server = await FakeJudgeServer.StartAsync((_, context) => FakeJudgeServer.FailAsync(context, 401));
        using var judge = Judge(server, settings => settings with { KeyVariable = variable });

        var grade = await Grade(judge, "4");

        Assert.Equal(GradeErrorKind.JudgeUnreachable, grade.Error);
        Assert.Contains(expected, grade.Reason, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(404, """{"error":{"message":"The model `big` does not exist"}}""", "no model 'big' (404). It says 'The model `big` does not exist'. Check Judge:BaseAddress")]
    [InlineData(400, """{"detail":"response_format is unknown"}""", "'response_format is unknown'. Where it knows no response_format, set Judge:StructuredOutput to false.")]
    [InlineData(429, """{"error":{"message":"Quota","code":"insufficient_quota"}}""", "no credit left (429)")]
    [InlineData(307, "", "redirects (307), which is not followed")]
    public async Task Ask_RefusalThatStays_IsNotAskedAgain(int status, string body, string expected)
    {
        await using var server = await FakeJudgeServer.StartAsync((_, context) => FakeJudgeServer.FailAsync(context, status, body));
        using var judge = Judge(server);

        var grade = await Grade(judge, "4");

        Assert.Equal(GradeErrorKind.JudgeUnreachable, grade.Error);
        Assert.Contains(expected, grade.Reason, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(429, "7", 7)]
    [InlineData(503, "0", 1)]
    [InlineData(529, null, 1)]
    [InlineData(500, "86400", 300)]
    public async Task Ask_RefusalThatPasses_IsAskedAgainWhenItSays(int status, string? retryAfter, double pause)
    {
        await using var server = await FakeJudgeServer.StartAsync((number, context)
            => number == 0 ? FakeJudgeServer.FailAsync(context, status, "busy", retryAfter) : FakeJudgeServer.CompleteAsync(context, Good));
        using var judge = Judge(server);

        Assert.Equal(0.5, (await Grade(judge, "4")).Score);
        Assert.Equal([TimeSpan.FromSeconds(pause)], _pauses);
        Assert.Equal((2, 1), (server.Requests.Count, judge.Questions));
    }

    [Fact]
    public async Task Ask_RetryAfterADate_IsMeasuredByTheServersClock()
    {
        var now = DateTimeOffset.UtcNow.AddHours(-5);
        await using var server = await FakeJudgeServer.StartAsync((number, context) =>
        {
            context.Response.Headers.Date = now.ToString("R");
            return number == 0 ? FakeJudgeServer.FailAsync(context, 429, "", now.AddSeconds(9).ToString("R")) : FakeJudgeServer.CompleteAsync(context, Good);
        });
        using var judge = Judge(server);

        await Grade(judge, "4");

        Assert.Equal([TimeSpan.FromSeconds(9)], _pauses);
    }

    [Fact]
    public async Task Ask_FailsForEver_GivesUpAndSaysHowOften()
    {
        await using var server = await FakeJudgeServer.StartAsync((_, context) => FakeJudgeServer.FailAsync(context, 502, "<html>Bad gateway</html>"));
        using var judge = Judge(server);

        var grade = await Grade(judge, "4");

        Assert.Equal(GradeErrorKind.JudgeUnreachable, grade.Error);
        Assert.Equal($"The judge at {server.BaseAddress}/chat/completions failed (502). Asked 3 times.", grade.Reason);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task Ask_TooLate_IsAskedAgain()
    {
        await using var server = await FakeJudgeServer.StartAsync(async (number, context) =>
        {
            if (number == 0)
            {
                // The headers come at once, the answer never does.
                await context.Response.WriteAsync("{", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await Task.Delay(TimeSpan.FromSeconds(60), context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                return;
            }

            await FakeJudgeServer.CompleteAsync(context, Good);
        });
        using var judge = Judge(server, settings => settings with { TimeoutSeconds = 2 });
        var watch = Stopwatch.StartNew();

        Assert.Equal(0.5, (await Grade(judge, "4")).Score);
        Assert.InRange(watch.Elapsed.TotalSeconds, 1.9, 30);
        Assert.NotEmpty(_pauses);
    }

    [Fact]
    public async Task Ask_NobodyThere_SaysWhatToLookAt()
    {
        // A port that was free a moment ago, and is let go of again.
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var judge = new EndpointJudge(new JudgeSettings { BaseAddress = $"http://127.0.0.1:{port}/v1", Attempts = 1 });

        var grade = await Grade(judge, "4");

        Assert.Equal(GradeErrorKind.JudgeUnreachable, grade.Error);
        Assert.Contains("cannot be reached", grade.Reason, StringComparison.Ordinal);
        Assert.Contains("Judge:BaseAddress", grade.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html>Welcome</html>")]
    [InlineData("[]")]
    [InlineData("{\"choices\":[]}")]
    [InlineData("{\"choices\":[{\"message\":\"Hi\"}]}")]
    [InlineData("{\"choices\":")]
    public async Task Ask_Nonsense_IsAnErrorThatQuotesIt(string body)
    {
        await using var server = await FakeJudgeServer.StartAsync((_, context) => FakeJudgeServer.FailAsync(context, 200, body));
        using var judge = Judge(server);

        var grade = await Grade(judge, "4");

        Assert.Equal(GradeErrorKind.JudgeAnswer, grade.Error);
        Assert.Contains(body, grade.Reason, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("""{"choices":[{"finish_reason":"stop","message":{"content":null,"refusal":"I cannot."}}]}""", GradeErrorKind.JudgeRefused, "I cannot.")]
    [InlineData("""{"choices":[{"finish_reason":"content_filter","message":{"content":""}}]}""", GradeErrorKind.JudgeRefused, "filter")]
    [InlineData("""{"choices":[{"finish_reason":"length","message":{"content":"{\"st"}}]}""", GradeErrorKind.JudgeAnswer, "max_completions_tokens")]
    [InlineData("""{"choices":[{"finish_reason":"stop","message":{"content":null}}]}""", GradeErrorKind.JudgeAnswer, "answered nothing")]
    [InlineData("""{"choices":[{"finish_reason":"stop","message":{"content":"About 7."}}],"usage":null}""", GradeErrorKind.JudgeAnswer, "About 7.")]
    public async Task Ask_AnswerWithoutAScore_IsItsError(string body, GradeErrorKind kind, string expected)
    {
        await using var server = await FakeJudgeServer.StartAsync((_, context) => FakeJudgeServer.FailAsync(context, 200, body));
        using var judge = Judge(server);

        var grade = await Grade(judge, "4");

        Assert.Equal(kind, grade.Error);
        Assert.Contains(expected, grade.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_ManyAtOnce_KeepsToTheSettingsAndAsksEachOnce()
    {
        await using var server = await FakeJudgeServer.StartAsync(async (_, context) =>
        {
            await Task.Delay(30);
            await FakeJudgeServer.CompleteAsync(context, Good);
        });
        using var judge = Judge(server, settings => settings with { AtOnce = 2, MostQuestions = 5 });

        var grades = await Task.WhenAll(Enumerable.Range(0, 12).Select(number => Grade(judge, $"{number % 6}")));

        Assert.Equal(5, server.Requests.Count);
        Assert.InRange(server.MostAtOnce, 1, 2);
        Assert.All(grades, grade => Assert.True(grade.Score == 0.5 || grade.Error == GradeErrorKind.JudgeBudget));
        Assert.Contains(grades, grade => grade.Error == GradeErrorKind.JudgeBudget);
    }

    [Fact]
    public async Task Ask_Cancelled_StopsAtOnce()
    {
        await using var server = await FakeJudgeServer.StartAsync((_, context) => Task.Delay(TimeSpan.FromSeconds(60), context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));
        using var judge = Judge(server);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var asking = Task.Run(() => judge.Ask(new JudgeRequest("big", [new("user", "Hi")], new JudgeSampling(), "{}"), cancel.Token), Token);
        while (server.Requests.Count == 0)
        {
            await Task.Delay(10, Token);
        }

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.WaitAsync(TimeSpan.FromSeconds(20), Token));
    }

    [Theory]
    [InlineData("localhost:8000", "Judge:BaseAddress")]
    [InlineData("ftp://judge", "Judge:BaseAddress")]
    [InlineData("https://me:pass@judge/v1", "Judge:BaseAddress")]
    [InlineData("https://judge/v1?key=1", "Judge:BaseAddress")]
    public void Create_AddressThatIsNone_IsRefused(string address, string field)
        => Assert.Equal(field, Assert.Single(Assert.Throws<UserErrorException>(() => new EndpointJudge(new JudgeSettings { BaseAddress = address })).Errors).Field);

    [Fact]
    public void Create_OtherImpossibleSettings_AreToldAtOnceWithoutTheKey()
    {
        var settings = new JudgeSettings { BaseAddress = "http://judge/v1", KeyVariable = "sk-secret", MostQuestions = 0, AtOnce = 0, TimeoutSeconds = double.NaN, Attempts = 0 };

        var exception = Assert.Throws<UserErrorException>(() => new EndpointJudge(settings));

        Assert.Equal(["Judge:KeyVariable", "Judge:MostQuestions", "Judge:AtOnce", "Judge:TimeoutSeconds", "Judge:Attempts"], exception.Errors.Select(error => error.Field));
        Assert.DoesNotContain("secret", exception.Message, StringComparison.Ordinal);
    }

    private EndpointJudge Judge(FakeJudgeServer server, Func<JudgeSettings, JudgeSettings>? change = null)
    {
        var settings = new JudgeSettings { BaseAddress = server.BaseAddress, Attempts = 3 };
        return new EndpointJudge(change?.Invoke(settings) ?? settings, (pause, _) => _pauses.Add(pause));
    }

    private static Task<Grade> Grade(EndpointJudge judge, string output, string grader = Score) => Task.Run(() => Graders.Evaluate(grader, output, judge: judge), Token);
}
