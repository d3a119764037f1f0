using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Training.Schedules;

/// <summary>The learning rate of every optimizer step of a run: what the preview draws is what the run uses.</summary>
public sealed class LearningRateSchedule
{
    private readonly double _peak;
    private readonly Func<int, double> _shape;

    private LearningRateSchedule(double peak, int totalSteps, int warmupSteps, Func<int, double> shape)
    {
        _peak = peak;
        _shape = shape;
        TotalSteps = totalSteps;
        WarmupSteps = warmupSteps;
    }

    /// <summary>Optimizer steps of the whole run.</summary>
    public int TotalSteps { get; }

    /// <summary>Steps from 0 (or from WSD's floor) up to the peak.</summary>
    public int WarmupSteps { get; }

    /// <summary>Creates the schedule of a run.</summary>
    /// <param name="options">Shape, peak, warm-up; valid by <see cref="RunSpecification.Validate"/>.</param>
    /// <param name="totalSteps">Optimizer steps of the whole run, at least 1.</param>
    public static LearningRateSchedule Create(ScheduleOptions options, int totalSteps)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(totalSteps, 1);
        var warmup = options.WarmupSteps ?? (int)Math.Ceiling(options.WarmupRatio * totalSteps);
        var decay = (int)Math.Ceiling(options.DecayRatio * totalSteps);
        var shape = options.Kind switch
        {
            ScheduleKind.Constant => ScheduleShapes.Constant(warmup),
            ScheduleKind.Linear => ScheduleShapes.Linear(warmup, totalSteps),
            ScheduleKind.Cosine => ScheduleShapes.Cosine(warmup, totalSteps, floor: 0),
            ScheduleKind.CosineWithFloor => ScheduleShapes.Cosine(warmup, totalSteps, options.FloorRatio),
            ScheduleKind.WarmupStableDecay => ScheduleShapes.WarmupStableDecay(
                warmup, totalSteps - warmup - decay, decay, options.FloorRatio, decayShape: options.Decay),
            ScheduleKind.Polynomial => ScheduleShapes.Polynomial(
                warmup, totalSteps, options.PolynomialPower, options.PolynomialEnd / options.LearningRate),
            ScheduleKind.InverseSqrt => ScheduleShapes.InverseSqrt(warmup),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Kind, "Unknown schedule."),
        };
        return new(options.LearningRate, totalSteps, warmup, shape);
    }

    /// <summary>The rate that an optimizer step uses.</summary>
    /// <param name="step">Steps done before it: the first step is 0, and with a warm-up its rate is 0.</param>
    public double Rate(int step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        return _peak * _shape(step);
    }

    /// <summary>At most so many points of the curve, evenly spread, first and last step included, for drawing.</summary>
    public IReadOnlyList<(int Step, double Rate)> Curve(int points)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 2);
        var count = Math.Min(points, TotalSteps);
        var curve = new (int, double)[count];
        for (var index = 0; index < count; index++)
        {
            var step = count == 1 ? 0 : (int)((long)index * (TotalSteps - 1) / (count - 1));
            curve[index] = (step, Rate(step));
        }

        return curve;
    }
}
