using System.Net;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Engine.Grading.Judging;

/// <summary>Says what an endpoint's refusal means and what to do, without the key.</summary>
/// <param name="settings">How it was asked.</param>
/// <param name="address">Where.</param>
/// <param name="model">Which model.</param>
/// <param name="key">The key that went along.</param>
internal sealed class JudgeRefusal(JudgeSettings settings, Uri address, string model, string? key)
{
    /// <summary>The refusal as an exception.</summary>
    public JudgeException Explain(HttpResponseMessage response, string body)
    {
        var (code, said) = ReadError(body);
        var status = (int)response.StatusCode;
        var words = said.Length > 0 ? $" It says {Quote.Short(said)}." : "";
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => Final($"The judge at {address} lets nobody in without a valid key ({status}).{words} {WayIn()}"),
            HttpStatusCode.NotFound => Final($"The judge at {address} knows no such address, or no model '{model}' (404).{words} Check Judge:BaseAddress, which mostly ends in /v1, and the grader's model."),
            HttpStatusCode.TooManyRequests when code == "insufficient_quota" => Final($"The account of the judge at {address} has no credit left (429).{words}"),
            HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout => Passing($"The judge at {address} is asked too much ({status}).{words}", response),
            _ when status >= 500 => Passing($"The judge at {address} failed ({status}).{words}", response),
            _ when status is >= 300 and < 400 => Final($"The judge at {address} redirects ({status}), which is not followed: write the address that it leads to into Judge:BaseAddress."),
            _ => Final($"The judge at {address} refused the question ({status}).{words}{(settings.StructuredOutput ? " Where it knows no response_format, set Judge:StructuredOutput to false." : "")}"),
        };
    }

    private string WayIn() => (settings.KeyVariable, key) switch
    {
        ("", _) => "Put the key into an environment variable and its name into Judge:KeyVariable.",
        (var name, null or "") => $"The variable {name}, which Judge:KeyVariable names, is not set.",
        var (name, _) => $"Is the key in the variable {name} right?",
    };

    private static JudgeException Final(string message) => new(GradeErrorKind.JudgeUnreachable, message);

    private static JudgeException Passing(string message, HttpResponseMessage response) => new(GradeErrorKind.JudgeUnreachable, message, isPassing: true)
    {
        // A date is compared with the server's own clock where it tells it: ours may be wrong.
        RetryAfter = response.Headers.RetryAfter is { } after ? after.Delta ?? (after.Date - (response.Headers.Date ?? DateTimeOffset.UtcNow)) : null,
    };

    // {"error": {"message": …, "code": …}} as OpenAI writes it, {"error": "…"} or {"detail": "…"} as others do.
    private static (string Code, string Message) ReadError(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && (root.TryGetProperty("error", out var error) || root.TryGetProperty("detail", out error) || root.TryGetProperty("message", out error)))
            {
                return error.ValueKind == JsonValueKind.Object ? (Text(error, "code"), Text(error, "message")) : ("", error.ToString());
            }
        }
        catch (JsonException)
        {
            // Not all of them speak JSON when they fail.
        }

        var plain = body.Trim();
        return ("", plain.StartsWith('<') ? "" : plain);
    }

    private static string Text(JsonElement holder, string name)
        => holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
