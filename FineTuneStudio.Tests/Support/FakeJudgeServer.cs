using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FineTuneStudio.Tests.Support;

/// <summary>An endpoint of chat completions on a port of its own, that answers as the test says.</summary>
internal sealed class FakeJudgeServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Func<int, HttpContext, Task> _answer;
    private int _underWay;

    private FakeJudgeServer(Func<int, HttpContext, Task> answer)
    {
        _answer = answer;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(options => options.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(ServeAsync);
    }

    /// <summary>What <c>/chat/completions</c> is appended to.</summary>
    public string BaseAddress => $"{_app.Urls.Single()}/v1";

    /// <summary>What was asked: path, authorization and body.</summary>
    public List<(string Path, string Authorization, JsonElement Body)> Requests { get; } = [];

    /// <summary>Most requests that were under way at once.</summary>
    public int MostAtOnce { get; private set; }

    /// <param name="answer">Answers a request; its number from 0.</param>
    public static async Task<FakeJudgeServer> StartAsync(Func<int, HttpContext, Task> answer)
    {
        var server = new FakeJudgeServer(answer);
        await server._app.StartAsync();
        return server;
    }

    /// <summary>Writes an answer of chat completions.</summary>
    public static Task CompleteAsync(HttpContext context, string content, string end = "stop")
        => context.Response.WriteAsJsonAsync(new
        {
            id = "chatcmpl-1",
            choices = (object[])[new { index = 0, finish_reason = end, message = new { role = "assistant", content } }],
            usage = new { prompt_tokens = 20, completion_tokens = 5 },
        });

    /// <summary>Writes a failure.</summary>
    public static Task FailAsync(HttpContext context, int status, string body = "", string? retryAfter = null)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.RetryAfter = retryAfter;
        return context.Response.WriteAsync(body);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task ServeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = JsonSerializer.Deserialize<JsonElement>(await reader.ReadToEndAsync());
        int number;
        lock (Requests)
        {
            number = Requests.Count;
            Requests.Add((context.Request.Path, context.Request.Headers.Authorization.ToString(), body));
            MostAtOnce = Math.Max(MostAtOnce, ++_underWay);
        }

        try
        {
            await _answer(number, context);
        }
        finally
        {
            lock (Requests)
            {
                _underWay--;
            }
        }
    }
}
