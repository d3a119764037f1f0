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
    private const int StepsForTexts = 400;
    private const int StepsForLabels = 500;
    private const double LabelTokens = 16;
    private const double MostEpochsOfLabels = 15;
    private const double MostEpochsOfFewTexts = 5;
    private const double MostEpochsOfTexts = 3;
    private const int FewTexts = 300;

    // A learnt token holds about one bit that the model does not know yet, and a weight stores about two.
    private const double BitsOfAToken = 1;
    private const double BitsOfAWeight = 2;
    private const int HighestRank = 128;

    // The narrower a model, the more directions its task takes and the stronger an adapter it bears: rank 16 at a width of 1024, 64 at 256, each
    // with twice as much alpha. At one alpha a higher rank teaches no more than a lower one does.
    private const int RankTimesWidth = 16 * 1024;
    private const int HighestRankByWidth = 64;
    private const double AlphaOfARank = 2;

    // Rows that come back so often are learnt by heart; QLoRA's 0.1 up to the width of a 13B model, 0.05 above.
    private const double EpochsWithoutDropout = 3;
    private const double Dropout = 0.1;
    private const double DropoutOfWideModels = 0.05;
    private const int WideModel = 5120;

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
        var dropout = facts.IsAdapter ? DropoutFor(facts, epochs) : (double?)null;
        return new RunSuggestion
        {
            LearningRate = rate,
            ContextLength = context,
            BatchRows = batch,
            Accumulation = accumulation,
            Epochs = epochs,
            Rank = rank,
            Dropout = dropout,
            Options =
            [
                new(AdvisedOption.Epochs, epochs, epochReason, House),
                new(AdvisedOption.LearningRate, rate,
                    $"Narrow models bear larger steps: 2e-4 at a width of 4096, {SuggestedOption.Text(rate)} at {facts.HiddenSize}{(facts.IsAdapter ? "" : ", a tenth of it where every weight learns")}.",
                    "QLoRA, Dettmers et al. 2023, table 9; Tinker cookbook's fit over widths"),
                .. RankOption(facts, rank),
                .. DropoutOption(dropout, epochs),
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

    // The rank at which the adapter can store what the answers hold, and no less than the model's width asks for.
    private static int? Rank(RunFacts facts)
    {
        if (facts.WeightsOfARank is not { } ofARank)
        {
            return null;
        }

        var needed = facts.Rows * facts.LearntTokens * BitsOfAToken / BitsOfAWeight / ofARank;
        var rank = RankOfWidth(facts);
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
                $"{Count(facts.Rows * facts.LearntTokens)} tokens to learn hold about as many bits; the {Count((facts.WeightsOfARank ?? 0) * chosen)} weights of this rank store two each."
                + (chosen == RankOfWidth(facts) && chosen > OptionCatalog.LoraRank.Default ? $" A model only {facts.HiddenSize} wide needs more directions for the same task than a wide one." : ""),
                "Schulman et al. 2025, LoRA Without Regret: one bit a token, two bits a weight; Aghajanyan et al. 2020, arXiv 2012.13255: larger models need fewer directions");
            var alpha = AlphaOfARank * RankOfWidth(facts);
            yield return new(AdvisedOption.Alpha, alpha,
                alpha > OptionCatalog.LoraAlpha.Default
                    ? $"A model only {facts.HiddenSize} wide bears a stronger adapter: twice the rank, as {OptionCatalog.LoraAlpha.DefaultText} at rank {OptionCatalog.LoraRank.DefaultText} of wider ones."
                    : "At one alpha a rate that fits one rank fits the others.",
                "Kalajdzievski 2023, arXiv 2312.03732: at the same alpha a higher rank learns no more; figures in docs/log.md");
        }
    }

    private static int RankOfWidth(RunFacts facts)
    {
        var rank = OptionCatalog.LoraRank.Default;
        while (rank < HighestRankByWidth && rank * 2 * facts.HiddenSize <= RankTimesWidth)
        {
            rank *= 2;
        }

        return rank;
    }

    private static double DropoutFor(RunFacts facts, double epochs)
        => epochs <= EpochsWithoutDropout ? OptionCatalog.LoraDropout.Default : facts.HiddenSize <= WideModel ? Dropout : DropoutOfWideModels;

    private static IEnumerable<SuggestedOption> DropoutOption(double? dropout, double epochs)
    {
        if (dropout is { } share)
        {
            yield return new(AdvisedOption.Dropout, share,
                share > 0 ? $"Each row comes back {epochs} times: what is dropped at random keeps the adapter from learning it by heart." : "Rows come back too seldom to be learnt by heart.",
                "QLoRA, Dettmers et al. 2023, appendix B.2: 0.1 for 7B and 13B, 0.05 above; figures in docs/log.md");
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
        var wanted = isLabels ? StepsForLabels : StepsForTexts;
        var epochs = Math.Clamp(Math.Ceiling(wanted / stepsOfAnEpoch), 1, most);
        var what = isLabels
            ? $"Answers of {Math.Round(facts.LearntTokens)} tokens give little to learn from at a time"
            : $"Answers of {Math.Round(facts.LearntTokens)} tokens are soon learnt by heart";
        return (epochs, $"{what}: {Math.Round(epochs * stepsOfAnEpoch)} steps in all, of the {wanted} or so that a model needs to settle.");
    }

    private static string Count(double count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
