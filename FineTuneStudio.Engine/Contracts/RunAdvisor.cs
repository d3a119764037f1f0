using System.Globalization;

namespace FineTuneStudio.Engine.Contracts;

/// <summary>Options that follow from the data: how long, how many rows a step, which rate. A pure function; nothing else states such a rule.</summary>
/// <remarks>
/// The catalog's defaults stay what a specification means where it leaves a field out; these are what a page fills in once it knows the
/// dataset and the model, and what <c>train --suggest</c> writes out.
/// </remarks>
public static class RunAdvisor
{
    private const string House = "House rule; figures in docs/log.md, defaults from the data";

    // 2e-4 at the width of a 7B model; the exponent was fitted over Llama models (Tinker cookbook), and gives QLoRA's 1e-4 for 65B as well.
    private const double RateAtReferenceWidth = 2e-4;
    private const double ReferenceWidth = 4096;
    private const double RateExponent = 0.78;
    private const double HighestRate = 2e-3;
    private const double LowestRate = 5e-5;
    private const double FullToAdapter = 0.1;

    private const int FewestRowsOfAStep = 8;
    private const int MostRowsOfAStep = 32;
    private const int StepsOfAnEpoch = 40;
    private const int StepsWanted = 400;
    private const double LabelTokens = 16;
    private const double MostEpochsOfLabels = 10;
    private const double MostEpochsOfFewTexts = 5;
    private const double MostEpochsOfTexts = 3;
    private const int FewTexts = 300;

    // A learnt token holds about one bit that the model does not know yet, and a weight stores about two.
    private const double BitsOfAToken = 1;
    private const double BitsOfAWeight = 2;
    private const int HighestRank = 128;

    private const int SmallestContext = 128;
    private const double RowsOfASequence = 8;
    private const double WidestForFilling = 1024;
    private const int MostTokensOfAPass = 4096;

    /// <summary>What fits.</summary>
    public static RunSuggestion Suggest(RunFacts facts)
    {
        var context = Context(facts);
        var rowsOfAStep = Math.Clamp(facts.Rows / StepsOfAnEpoch, FewestRowsOfAStep, MostRowsOfAStep);
        var sequences = Math.Max(1, (int)Math.Round(rowsOfAStep * facts.MeanTokens / context));
        var batch = Math.Clamp(MostTokensOfAPass / context, 1, sequences);
        var accumulation = (sequences + batch - 1) / batch;
        var stepsOfAnEpoch = Math.Max(1, facts.Rows * facts.MeanTokens / ((double)context * batch * accumulation));
        var (epochs, epochReason) = Epochs(facts, stepsOfAnEpoch);
        var rate = Rate(facts);
        var rank = Rank(facts);
        return new RunSuggestion
        {
            LearningRate = rate,
            ContextLength = context,
            BatchRows = batch,
            Accumulation = accumulation,
            Epochs = epochs,
            Rank = rank,
            Options =
            [
                new(AdvisedOption.Epochs, epochs, epochReason, House),
                new(AdvisedOption.LearningRate, rate,
                    $"Narrow models bear larger steps: 2e-4 at a width of 4096, {SuggestedOption.Text(rate)} at {facts.HiddenSize}{(facts.IsAdapter ? "" : ", a tenth of it where every weight learns")}.",
                    "QLoRA, Dettmers et al. 2023, table 9; Tinker cookbook's fit over widths"),
                .. RankOption(facts, rank),
                new(AdvisedOption.ContextLength, context, ContextReason(facts, context), House),
                new(AdvisedOption.BatchRows, batch,
                    $"About {Math.Round(context * batch * accumulation / facts.MeanTokens)} rows a step, so that {facts.Rows} rows give {Math.Round(stepsOfAnEpoch)} steps an epoch.",
                    "16 to 32 rows a step are what most recipes use; fewer where rows are few"),
                new(AdvisedOption.Accumulation, accumulation,
                    accumulation == 1 ? "One pass holds a whole step." : $"A pass holds {batch * context} tokens; a step takes {accumulation}.", House),
            ],
        };
    }

    private static double Rate(RunFacts facts)
    {
        var rate = Math.Clamp(RateAtReferenceWidth * Math.Pow(ReferenceWidth / facts.HiddenSize, RateExponent), LowestRate, HighestRate);
        rate *= facts.IsAdapter ? 1 : FullToAdapter;

        // One digit is all that is known.
        return double.Parse(rate.ToString("E0", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    // The rank at which the adapter can store what the answers hold, and no less than the default.
    private static int? Rank(RunFacts facts)
    {
        if (facts.WeightsOfARank is not { } ofARank)
        {
            return null;
        }

        var needed = facts.Rows * facts.LearntTokens * BitsOfAToken / BitsOfAWeight / ofARank;
        var rank = OptionCatalog.LoraRank.Default;
        while (rank < needed && rank < HighestRank)
        {
            rank *= 2;
        }

        return rank;
    }

    private static IEnumerable<SuggestedOption> RankOption(RunFacts facts, int? rank)
    {
        if (rank is { } chosen)
        {
            yield return new(AdvisedOption.Rank, chosen,
                $"{Count(facts.Rows * facts.LearntTokens)} tokens to learn hold about as many bits; the {Count((facts.WeightsOfARank ?? 0) * chosen)} weights of this rank store two each.",
                "Schulman et al. 2025, LoRA Without Regret: one bit a token, two bits a weight");
        }
    }

    // Sequences are filled with several rows: they must hold the longest one, and several of short ones, or much of them stays empty.
    private static int Context(RunFacts facts)
    {
        var longest = facts.LongestTokens <= 2 * facts.UsualTokens ? facts.LongestTokens : facts.UsualTokens;
        var wanted = Math.Min(facts.ModelContext, Math.Max(longest, Math.Min(WidestForFilling, RowsOfASequence * facts.MeanTokens)));
        var context = SmallestContext;
        while (context < wanted)
        {
            context *= 2;
        }

        return Math.Min(context, facts.ModelContext);
    }

    private static string ContextReason(RunFacts facts, int context)
        => facts.LongestTokens <= context
            ? $"Holds the longest row ({facts.LongestTokens} tokens) and about {Math.Max(1, Math.Floor(context / facts.MeanTokens))} rows of the usual {Math.Round(facts.MeanTokens)}."
            : $"Holds 99 rows of 100 ({facts.UsualTokens} tokens); the longest has {facts.LongestTokens} and is cut.";

    private static (double Epochs, string Reason) Epochs(RunFacts facts, double stepsOfAnEpoch)
    {
        var isLabels = facts.LearntTokens <= LabelTokens;
        var most = isLabels ? MostEpochsOfLabels : facts.Rows < FewTexts ? MostEpochsOfFewTexts : MostEpochsOfTexts;
        var epochs = Math.Clamp(Math.Ceiling(StepsWanted / stepsOfAnEpoch), 1, most);
        var what = isLabels
            ? $"Answers of {Math.Round(facts.LearntTokens)} tokens give little to learn from at a time"
            : $"Answers of {Math.Round(facts.LearntTokens)} tokens are soon learnt by heart";
        return (epochs, $"{what}: {Math.Round(epochs * stepsOfAnEpoch)} steps in all, of the {StepsWanted} or so that a model needs to settle.");
    }

    private static string Count(double count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
