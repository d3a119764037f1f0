using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Generation;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Rendering;

namespace FineTuneStudio.Application.Adapters;

/// <summary>The engine itself: one copy of the base weights, looked at with and without the adapter.</summary>
internal sealed class AnswerEngine : IAnswerEngine
{
    public void Answer(
        string modelFolder, string adapterFolder, Conversation conversation, SamplingOptions options, Action<AnswerPiece> report, CancellationToken cancellationToken)
    {
        var renderer = Renderer.Load(modelFolder);
        using var model = CausalModel.Load(modelFolder, Precision.Bf16);
        using var adapter = AdapterSet.Load(adapterFolder, model.Linears);
        using var tuned = model.WithAdapter(adapter);

        Answer(tuned, renderer, conversation, options, text => report(new AnswerPiece(Tuned: true, text, Ended: false)), cancellationToken);
        report(new AnswerPiece(Tuned: true, "", Ended: true));
        Answer(model, renderer, conversation, options, text => report(new AnswerPiece(Tuned: false, text, Ended: false)), cancellationToken);
        report(new AnswerPiece(Tuned: false, "", Ended: true));
    }

    private static void Answer(
        CausalModel model, Renderer renderer, Conversation conversation, SamplingOptions options, Action<string> report, CancellationToken cancellationToken)
        => new TextGenerator(model, renderer).Generate([conversation], options, piece => report(piece.Text), cancellationToken);
}
