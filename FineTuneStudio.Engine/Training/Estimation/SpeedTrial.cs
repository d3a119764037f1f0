using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Generation;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Training.Estimation;

/// <summary>A model's speed on this machine, by a few seconds of what runs and answers do with it: steps beside an adapter that is thrown away, a prompt, an answer.</summary>
public static class SpeedTrial
{
    private const int MostTokens = 256;
    private const int FirstAnswer = 4;
    private const int MostAnswered = 64;

    // Each of the three is repeated as long; the best of its repetitions counts, since the machine does other things besides.
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1.5);

    /// <summary>Measures on the calling thread.</summary>
    /// <param name="folder">Of the model, whose weights stay as the folder has them.</param>
    /// <param name="device">Where.</param>
    /// <param name="threads">Threads; <see langword="null"/> takes every processor.</param>
    /// <param name="cancellationToken">Looked at between passes.</param>
    /// <exception cref="UserErrorException">The folder holds no model that the engine knows.</exception>
    /// <exception cref="TensorMemoryException">There is not enough memory.</exception>
    public static ModelSpeed Measure(string folder, Device device, int? threads, CancellationToken cancellationToken)
    {
        TorchRuntime.Threads = threads ?? Environment.ProcessorCount;
        using var model = CausalModel.Load(folder, Precision.Bf16, device, quantization: Quantization.None);
        cancellationToken.ThrowIfCancellationRequested();
        var random = new Random(1);
        int[] ids = [.. Enumerable.Range(0, Math.Min(MostTokens, model.Config.ContextLength / 2)).Select(_ => random.Next(model.Config.VocabularySize))];
        var (prefill, decode) = Answers(model, ids, cancellationToken);
        return new ModelSpeed(Train(model, ids.Length, cancellationToken), prefill, decode);
    }

    private static double Train(CausalModel frozen, int length, CancellationToken cancellationToken)
    {
        using var trial = new TrialTraining(frozen, new LoraOptions(), new OptimizerOptions(), sequences: 1, length);
        return length / Best(() => trial.Run(), cancellationToken);
    }

    // The first token comes with the prompt, each further one by itself.
    private static (double Prefill, double Decode) Answers(CausalModel model, int[] ids, CancellationToken cancellationToken)
    {
        var generator = new TokenGenerator(model, stopIds: []);
        void Answer(int tokens) => generator.Generate([new TokenRequest(ids, new SamplingOptions { Temperature = 0, MaxTokens = tokens })], onToken: null, cancellationToken);

        var prompt = Best(() => Answer(1), cancellationToken);
        var few = Best(() => Answer(1 + FirstAnswer), cancellationToken, repeats: 1) - prompt;
        var count = (int)Math.Clamp(FirstAnswer * Duration.TotalSeconds / Math.Max(few, 1e-3), FirstAnswer, MostAnswered);
        var many = Best(() => Answer(1 + count), cancellationToken, repeats: 2) - prompt;
        return (ids.Length / prompt, count / Math.Max(many, 1e-6));
    }

    // Seconds of one; the first warms up unless it takes all the time by itself.
    private static double Best(Action action, CancellationToken cancellationToken, int repeats = int.MaxValue)
    {
        var began = TimeProvider.System.GetTimestamp();
        var best = double.MaxValue;
        for (var repeat = 0; repeat <= repeats && (repeat < 2 || TimeProvider.System.GetElapsedTime(began) < Duration); repeat++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var start = TimeProvider.System.GetTimestamp();
            action();
            best = Math.Min(best, TimeProvider.System.GetElapsedTime(start).TotalSeconds);
            if (best > Duration.TotalSeconds)
            {
                break;
            }
        }

        return best;
    }
}
