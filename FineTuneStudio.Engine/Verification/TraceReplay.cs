using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using FineTuneStudio.Engine.Tensors.Safetensors;
using FineTuneStudio.Engine.Training.Optimizers;
using FineTuneStudio.Engine.Training.Schedules;
using FineTuneStudio.Engine.Training.Sft;

namespace FineTuneStudio.Engine.Verification;

/// <summary>Repeats a recorded training with this engine's own schedule, clipping and AdamW.</summary>
/// <remarks>
/// The folder holds <c>trace.json</c>; <c>initial/</c> and <c>final/</c> adapters, or <c>final.safetensors</c> where every weight learnt; and
/// <c>batches.safetensors</c>, or the folder <c>trace/</c> beside it does.
/// </remarks>
public static class TraceReplay
{
    /// <summary>Repeats the training.</summary>
    /// <param name="modelFolder">The model it was recorded with.</param>
    /// <param name="traceFolder">The recording.</param>
    /// <param name="report">Receives each step as it is done.</param>
    /// <param name="device">Where to compute.</param>
    /// <exception cref="UserErrorException">No such folder, or one of another model.</exception>
    public static TraceReport Run(string modelFolder, string traceFolder, Action<TraceStep> report, Device device = default)
    {
        var trace = TraceFile.Read(Path.Combine(traceFolder, "trace.json"));
        var initial = Path.Combine(traceFolder, "initial");
        var isAdapter = Directory.Exists(initial);
        using var model = CausalModel.Load(modelFolder, Precision.Fp32, device, trainable: !isAdapter, Quantization.None);
        using var adapter = isAdapter ? AdapterSet.Load(initial, model.Linears, device) : null;
        adapter?.SetTrainable(true);
        using var view = model.WithAdapter(adapter);
        var parameters = adapter?.Parameters ?? model.Parameters;

        var steps = Repeat(view, parameters, trace, SafetensorsFile.Open(BatchesPath(traceFolder)), report);
        var final = SafetensorsFile.Open(isAdapter
            ? Path.Combine(traceFolder, "final", AdapterFiles.Weights)
            : Path.Combine(traceFolder, "final.safetensors"));
        return new TraceReport(steps, isAdapter, RelativeDifference(parameters, final));
    }

    private static string BatchesPath(string traceFolder)
    {
        const string Name = "batches.safetensors";
        var own = Path.Combine(traceFolder, Name);
        return File.Exists(own) ? own : Path.Combine(traceFolder, "..", "trace", Name);
    }

    private static List<TraceStep> Repeat(
        CausalModel model, IReadOnlyList<KeyValuePair<string, Tensor>> parameters, TraceFile trace, SafetensorsFile batches, Action<TraceStep> report)
    {
        var options = trace.Options;
        var schedule = LearningRateSchedule.Create(
            new ScheduleOptions { Kind = KindOf(options.Schedule), LearningRate = options.LearningRate, WarmupSteps = options.WarmupSteps }, trace.Steps.Count);
        using var optimizer = new AdamW(parameters, new OptimizerOptions
        {
            Beta1 = options.BetaPair[0],
            Beta2 = options.BetaPair[1],
            Epsilon = options.Epsilon,
            WeightDecay = options.WeightDecay,
            ClipNorm = options.MaxGradNorm,
        });
        var steps = new List<TraceStep>();
        foreach (var recorded in trace.Steps)
        {
            using var stepScope = TensorScope.Enter();
            var step = steps.Count;
            var loss = Accumulate(model, batches, step * options.GradientAccumulation, options.GradientAccumulation);
            Tensor[] gradients = [.. parameters.Select(parameter => parameter.Value.Grad ?? throw new InvalidOperationException($"{parameter.Key} has no gradient."))];
            var norm = GradientNorm.Of(gradients);
            var rate = schedule.Rate(step);
            optimizer.Step(gradients, rate, GradientClipping.Factor(norm, options.MaxGradNorm));
            foreach (var (_, tensor) in parameters)
            {
                tensor.Grad = null;
            }

            steps.Add(new TraceStep(step + 1, loss, recorded.Loss, norm, recorded.GradNorm, rate, recorded.LearningRate));
            report(steps[^1]);
        }

        return steps;
    }

    // Gradients of the summed losses of all micro-batches over all their learnt tokens, so 2 x 2 rows equal 1 x 4.
    private static double Accumulate(CausalModel model, SafetensorsFile batches, int first, int count)
    {
        var micro = Enumerable.Range(first, count).Select(index => ReferenceBatch.Read(batches, $"{index}.", model.Device)).ToList();
        var learnt = micro.Sum(batch => batch.LearntTokens);
        var total = 0.0;
        foreach (var batch in micro)
        {
            using var scope = TensorScope.Enter();
            var loss = SftLoss.Sum(model, batch.Learning);
            total += loss.Item();
            (loss / learnt).Backward();
            batch.Dispose();
        }

        return total / learnt;
    }

    private static ScheduleKind KindOf(string name) => name switch
    {
        "cosine" => ScheduleKind.Cosine,
        "linear" => ScheduleKind.Linear,
        "constant" or "constant_with_warmup" => ScheduleKind.Constant,
        _ => throw new UserErrorException("trace.json", $"options.schedule is '{name}'; expected cosine, linear or constant."),
    };

    // Over all tensors together. By tensor it would hang on single entries: AdamW's first move of an entry whose gradient is of the size of
    // epsilon goes by as much as rounding says, and takes the other factor of its pair along.
    private static double RelativeDifference(IReadOnlyList<KeyValuePair<string, Tensor>> ours, SafetensorsFile final)
    {
        using var off = GradMode.Off();
        var (difference, whole) = (0.0, 0.0);
        foreach (var (name, tensor) in ours)
        {
            using var scope = TensorScope.Enter();
            var recorded = final.Get(name);
            difference += Math.Pow((tensor.To(Device.Cpu) - recorded).Norm().Item(), 2);
            whole += Math.Pow(recorded.Norm().Item(), 2);
        }

        return Math.Sqrt(difference / whole);
    }
}
