using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Rendering.Lengths;

namespace FineTuneStudio.Engine.Training.Estimation;

/// <summary>A dataset that is open already, so that an estimate need not read it again.</summary>
/// <param name="Index">Its good rows.</param>
/// <param name="Lengths">Tokens of each for the model; <see langword="null"/> where they are not measured to the end.</param>
public sealed record MeasuredRows(DatasetIndex Index, TokenLengths? Lengths)
{
    /// <summary>Says which row the model's chat template refuses, and why, as the run would at its start.</summary>
    internal static void RefuseUnrendered(DatasetIndex index, TokenLengths lengths, RunSpecification specification)
    {
        var refused = Enumerable.Range(0, lengths.Rows).Where(row => lengths.TokensOf(row) is null);
        if (!refused.Any())
        {
            return;
        }

        var row = index.Read(refused.First());
        var place = $"{Path.GetFileName(specification.Dataset.Path)}:{row.Line}";
        try
        {
            var renderer = Renderer.Load(specification.Model);
            _ = index.ReadsPrompts ? renderer.RenderPrompt(row.ToPrompt()) : renderer.RenderConversation(row.Conversation, row.LearnWeights);
        }
        catch (UserErrorException exception)
        {
            var others = refused.Count() - 1;
            throw new UserErrorException([.. exception.Errors.Select(error => new UserError(place, others > 0 ? $"{error.Message} {others} more rows are refused." : error.Message))]);
        }
    }
}
