namespace FineTuneStudio.Engine.Contracts;

/// <summary>How the next token is chosen.</summary>
public sealed record SamplingOptions
{
    private const int MostStops = 16;
    private const int LongestStop = 200;

    /// <summary>0 takes the likeliest token; 1 samples from the model's own distribution.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Smallest set of likeliest tokens with this much probability; 1 keeps all.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>So many likeliest tokens; 0 keeps all.</summary>
    public int TopK { get; init; }

    /// <summary>Least probability of a token beside the likeliest one's, after the temperature; 0 keeps all.</summary>
    public double MinP { get; init; }

    /// <summary>Texts that end an answer, which is given back without them; special tokens are no text.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Most tokens of an answer.</summary>
    public int MaxTokens { get; init; } = 256;

    /// <summary>Seed of the sampler; the same seed gives the same answer.</summary>
    public long Seed { get; init; } = OptionCatalog.Seed.Default;

    /// <summary>Every impossible option.</summary>
    public IEnumerable<UserError> Validate()
    {
        if (Temperature is not (>= 0 and <= 100))
        {
            yield return new("temperature", $"Use a temperature from 0 to 100, not {Temperature:G3}.");
        }

        if (TopP is not (> 0 and <= 1))
        {
            yield return new("topP", $"Use a share above 0 and at most 1, not {TopP:G3}.");
        }

        if (TopK < 0)
        {
            yield return new("topK", $"Use 0 (all) or more tokens, not {TopK}.");
        }

        if (MinP is not (>= 0 and <= 1))
        {
            yield return new("minP", $"Use a share from 0 (all) to 1, not {MinP:G3}.");
        }

        if (MaxTokens < 1)
        {
            yield return new("maxTokens", $"Allow 1 token or more, not {MaxTokens}.");
        }

        if (Stop.Count > MostStops)
        {
            yield return new("stop", $"Give at most {MostStops} texts, not {Stop.Count}.");
        }

        if (Stop.FirstOrDefault(text => text.Length is 0 or > LongestStop) is { } refused)
        {
            yield return new("stop", $"A text has from 1 to {LongestStop} characters, not {refused.Length}.");
        }
    }
}
