using System.Diagnostics;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Generation;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Application.Answers;

/// <summary>The engine itself: one copy of the base weights, looked at with and without an adapter.</summary>
internal sealed class AnswerEngine : IAnswerEngine
{
    public void Answer(IReadOnlyList<AnswerSide> sides, SamplingOptions options, int? threads, Action<AnswerPiece> report, CancellationToken cancellationToken)
    {
        TorchRuntime.Threads = threads ?? Environment.ProcessorCount;
        for (var first = 0; first < sides.Count;)
        {
            var folder = sides[first].ModelFolder;
            var renderer = Renderer.Load(folder);
            using var model = CausalModel.Load(folder, Precision.Bf16, Devices.Resolve(DeviceName.Auto), quantization: Quantization.None);
            for (; first < sides.Count && sides[first].ModelFolder == folder; first++)
            {
                Answer(model, renderer, sides[first], first, options, report, cancellationToken);
            }
        }
    }

    private static void Answer(
        CausalModel model, Renderer renderer, AnswerSide side, int number, SamplingOptions options, Action<AnswerPiece> report, CancellationToken cancellationToken)
    {
        if (side.AdapterFolder is null)
        {
            Answer(model, renderer, side.Conversation, number, options, report, cancellationToken);
            return;
        }

        using var adapter = AdapterSet.Load(side.AdapterFolder, model.Linears, model.Device);
        using var tuned = model.WithAdapter(adapter);
        Answer(tuned, renderer, side.Conversation, number, options, report, cancellationToken);
    }

    private static void Answer(
        CausalModel model, Renderer renderer, Conversation conversation, int number, SamplingOptions options, Action<AnswerPiece> report, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var pieces = 0;
        var generator = new TextGenerator(model, renderer);
        var answers = generator.Generate(
            [conversation], options,
            piece => report(new AnswerPiece(number, piece.Text, ++pieces, Stopwatch.GetElapsedTime(began).TotalSeconds, Ended: false)), cancellationToken);
        report(new AnswerPiece(number, "", answers[0].Tokens.Ids.Length, Stopwatch.GetElapsedTime(began).TotalSeconds, Ended: true)
        {
            Parsed = generator.Reader.Read(answers[0].Tokens, tools: null) is { } said && said.Calls.Count + said.Faults.Count > 0 ? said : null,
        });
    }
}
