namespace FineTuneStudio.Engine.Contracts;

/// <summary>How the next token is chosen.</summary>
public sealed record SamplingOptions
{
    /// <summary>0 takes the likeliest token; 1 samples from the model's own distribution.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Smallest set of likeliest tokens with this much probability; 1 keeps all.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>So many likeliest tokens; 0 keeps all.</summary>
    public int TopK { get; init; }

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

        if (MaxTokens < 1)
        {
            yield return new("maxTokens", $"Allow 1 token or more, not {MaxTokens}.");
        }
    }
}
