using System.Text.RegularExpressions;

namespace FineTuneStudio.Engine.Contracts.Grading;

/// <summary>Where the judge of <c>score_model</c> and <c>label_model</c> answers: any endpoint that speaks OpenAI's chat completions.</summary>
public sealed partial record JudgeSettings
{
    /// <summary>What <c>/chat/completions</c> is appended to, as in <c>http://localhost:8000/v1</c>; empty for no judge.</summary>
    public string BaseAddress { get; init; } = "";

    /// <summary>Which model is asked where a grader names none.</summary>
    public string Model { get; init; } = "";

    /// <summary>Name of the environment variable that holds the key; empty sends none. The key itself is never kept.</summary>
    public string KeyVariable { get; init; } = "";

    /// <summary>Most questions that are asked, failed ones too; a question asked before costs none.</summary>
    public long MostQuestions { get; init; } = 10_000;

    /// <summary>Questions under way at once.</summary>
    public int AtOnce { get; init; } = 4;

    /// <summary>Seconds that one answer may take.</summary>
    public double TimeoutSeconds { get; init; } = 60;

    /// <summary>Most times one question is asked, where asking again may help.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>Whether the answer's JSON schema goes along (<c>response_format</c>); for endpoints that know none, false.</summary>
    public bool StructuredOutput { get; init; } = true;

    internal IEnumerable<UserError> Validate()
    {
        if (!Uri.TryCreate(BaseAddress, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            yield return new("Judge:BaseAddress", "Name an address that begins with http:// or https://, as in http://localhost:8000/v1.");
        }
        else if (address.UserInfo.Length > 0 || address.Query.Length > 0 || address.Fragment.Length > 0)
        {
            yield return new("Judge:BaseAddress", "Name scheme, host, port and path alone: a key goes into the variable that Judge:KeyVariable names.");
        }

        // Whoever writes the key here would find it in this message, so it is not quoted.
        if (KeyVariable.Length > 0 && !VariableName().IsMatch(KeyVariable))
        {
            yield return new("Judge:KeyVariable", "Name an environment variable (letters, digits, underscores), not the key itself.");
        }

        if (MostQuestions < 1)
        {
            yield return new("Judge:MostQuestions", $"Allow 1 question or more, not {MostQuestions}.");
        }

        if (AtOnce is not (>= 1 and <= 256))
        {
            yield return new("Judge:AtOnce", $"Ask from 1 to 256 questions at once, not {AtOnce}.");
        }

        if (TimeoutSeconds is not (>= 0.1 and <= 3600))
        {
            yield return new("Judge:TimeoutSeconds", $"Wait from 0.1 to 3600 seconds, not {TimeoutSeconds:G4}.");
        }

        if (Attempts is not (>= 1 and <= 20))
        {
            yield return new("Judge:Attempts", $"Ask from 1 to 20 times, not {Attempts}.");
        }
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]{0,63}$")]
    private static partial Regex VariableName();
}
