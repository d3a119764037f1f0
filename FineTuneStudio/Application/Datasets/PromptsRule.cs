using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Datasets;

/// <summary>Tells a file of prompts from one with answers to learn, where nobody has said what it is: nine rows in ten decide.</summary>
internal static class PromptsRule
{
    private const double NearlyAll = 0.9;

    /// <summary>Whether a check for supervised fine-tuning leaves so little that the rows may be prompts.</summary>
    public static bool MayBePrompts(DatasetReport report)
        => report.Format != DatasetFormat.Preference && report.GoodRows <= (1 - NearlyAll) * report.Rows;

    /// <summary>Whether a check for reinforcement fine-tuning finds prompts: nearly every row is good, and nearly none has an answer that could be learnt.</summary>
    public static bool ArePrompts(DatasetReport report)
        => report.GoodRows > 0 && report.GoodRows >= NearlyAll * report.Rows && report.Answers.Rows <= (1 - NearlyAll) * report.GoodRows;
}
