using System.Text.Json;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Tests.Support;

namespace FineTuneStudio.Tests.Engine.Training.Reinforcement;

/// <summary>The reference numbers beside the project.</summary>
internal static class ReinforcementGolden
{
    /// <summary>The cases of a folder; skips the test where they are absent.</summary>
    public static IReadOnlyList<JsonElement> Cases(string folder)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(SharedData.Golden("reinforcement", folder, "cases.json")));
        return [.. document.RootElement.GetProperty("cases").EnumerateArray().Select(reference => reference.Clone())];
    }

    /// <summary>A number of the options; absent and null are the same.</summary>
    public static double? Number(JsonElement options, string name)
        => options.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    /// <summary>The loss that a case's options stand for.</summary>
    public static PolicyLossOptions Loss(JsonElement options)
    {
        string? Text(string name) => options.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        double? Number(string name) => ReinforcementGolden.Number(options, name);
        var loss = Text("loss_type");
        return new PolicyLossOptions
        {
            Surrogate = loss switch { "cispo" => PolicySurrogate.Cispo, "sapo" => PolicySurrogate.Sapo, _ => PolicySurrogate.Clipped },
            Ratio = Text("importance_sampling_level") switch { "sequence" => RatioLevel.Sequence, "sequence_token" => RatioLevel.SequenceToken, _ => RatioLevel.Token },
            Mean = loss switch
            {
                "bnpo" or "dapo" or "cispo" => LossMean.Token,
                "dr_grpo" => LossMean.LongestAnswer,
                "luspo" => LossMean.AnswerSum,
                _ => LossMean.AnswerThenToken,
            },
            ClipLow = Number("epsilon_low")!.Value,
            ClipHigh = Number("epsilon_high")!.Value,
            DualClip = Number("delta"),
            LogRatioClamp = Number("log_ratio_clamp"),
            KlWeight = Number("beta") ?? 0,
            Kl = Text("kl_estimator") switch { "k1" => KlEstimator.K1, "k2" => KlEstimator.K2, _ => KlEstimator.K3 },
            KlTimesRatio = options.GetProperty("use_bias_correction_kl").GetBoolean(),
            Sampler = Text("sampler_correction") is { } correction
                ? new SamplerCorrection(correction.StartsWith("sequence", StringComparison.Ordinal), correction.EndsWith("mask", StringComparison.Ordinal), Number("sampler_clip_min") ?? 0, Number("sampler_clip_max")!.Value)
                : null,
            OffPolicyLimit = Number("off_policy_mask_threshold"),
            LongestAnswer = (int)(Number("max_completion_length") ?? 1),
        };
    }
}
