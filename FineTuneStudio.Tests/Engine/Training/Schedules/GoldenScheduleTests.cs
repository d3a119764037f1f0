using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Training.Schedules;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Schedules;

/// <summary>Every case of the reference's schedules, by its names; <c>Golden/schedules</c> says how they were made.</summary>
public sealed class GoldenScheduleTests
{
    private const double RelativeTolerance = 1e-12;
    private const double AbsoluteTolerance = 1e-18;

    private static readonly JsonElement[] Cases = ReadCases();

    public static TheoryData<int> All => new(Enumerable.Range(0, Cases.Length));

    [Fact]
    public void Golden_Cases_AreAllThere() => Assert.Equal(105, Cases.Length);

    [Theory]
    [MemberData(nameof(All))]
    public void Rates_OfEveryStep_EqualTheReference(int index)
    {
        var reference = Cases[index];
        if (reference.TryGetProperty("error", out _))
        {
            Assert.ThrowsAny<ArgumentException>(() => Shape(reference));
            return;
        }

        var shape = Shape(reference);
        var peak = reference.GetProperty("peak").GetDouble();
        var step = 0;
        foreach (var rate in reference.GetProperty("rates").EnumerateArray())
        {
            AssertClose(rate.GetDouble(), peak * shape(step), step);
            step++;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Rates_PastTheEnd_FollowTheReferenceOrHoldTheEnd(int index)
    {
        var reference = Cases[index];
        if (reference.TryGetProperty("error", out _))
        {
            return;
        }

        var name = reference.GetProperty("schedule").GetString()!;
        var shape = Shape(reference);
        var peak = reference.GetProperty("peak").GetDouble();
        var total = reference.GetProperty("rates").GetArrayLength();
        var held = reference.GetProperty("warmup_steps").GetInt32() >= total ? shape(total + 1) : shape(total);
        var past = reference.GetProperty("rates_past_end").EnumerateArray().Select(rate => rate.GetDouble()).ToArray();
        for (var offset = 1; offset < Math.Max(past.Length, 2); offset++)
        {
            var isCosine = name is "cosine" or "cosine_with_min_lr" or "cosine_warmup_with_min_lr";
            var warmsUpStill = total + offset <= reference.GetProperty("warmup_steps").GetInt32();
            if ((isCosine && !warmsUpStill) || past.Length == 0)
            {
                AssertClose(peak * held, peak * shape(total + offset), total + offset);
            }
            else
            {
                AssertClose(past[offset], peak * shape(total + offset), total + offset);
            }
        }
    }

    private static void AssertClose(double expected, double actual, int step)
        => Assert.True(
            Math.Abs(actual - expected) <= (RelativeTolerance * Math.Abs(expected)) + AbsoluteTolerance,
            $"Step {step}: {actual:R} is not {expected:R}.");

    private static Func<int, double> Shape(JsonElement reference)
    {
        var options = reference.GetProperty("options");
        var warmup = reference.GetProperty("warmup_steps").GetInt32();
        var total = reference.GetProperty("total_steps") is { ValueKind: JsonValueKind.Number } steps ? steps.GetInt32() : (int?)null;
        var peak = reference.GetProperty("peak").GetDouble();
        double? Number(string name) => options.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
        DecayKind Kind(string name, DecayKind fallback) => !options.TryGetProperty(name, out var value) ? fallback : value.GetString() switch
        {
            "linear" => DecayKind.Linear,
            "cosine" => DecayKind.Cosine,
            "1-sqrt" => DecayKind.OneMinusSqrt,
            var unknown => throw new ArgumentException($"No shape is called {unknown}."),
        };

        switch (reference.GetProperty("schedule").GetString())
        {
            case "constant":
                return ScheduleShapes.Constant(0);
            case "constant_with_warmup":
                return ScheduleShapes.Constant(warmup);
            case "linear":
                return ScheduleShapes.Linear(warmup, total!.Value);
            case "cosine":
                return ScheduleShapes.Cosine(warmup, total!.Value, 0, Number("num_cycles") ?? 0.5);
            case "cosine_with_restarts":
                return ScheduleShapes.CosineWithRestarts(warmup, total!.Value, (int)Number("num_cycles")!.Value);
            case "cosine_with_min_lr":
                var floor = (Number("min_lr"), Number("min_lr_rate")) switch
                {
                    ({ } absolute, null) => absolute / peak,
                    (null, { } ratio) => ratio,
                    _ => throw new ArgumentException("One of min_lr and min_lr_rate is needed."),
                };
                return ScheduleShapes.Cosine(warmup, total!.Value, floor, Number("num_cycles") ?? 0.5);
            case "cosine_warmup_with_min_lr":
                return ScheduleShapes.CosineFromOne(warmup, total!.Value, Number("min_lr_rate")!.Value, Number("warmup_lr_rate"));
            case "inverse_sqrt":
                return ScheduleShapes.InverseSqrt(warmup, (int?)Number("timescale"));
            case "polynomial":
                return ScheduleShapes.Polynomial(warmup, total!.Value, Number("power") ?? 1, (Number("lr_end") ?? 1e-7) / peak);
            case "warmup_stable_decay":
                var decay = (int)Number("num_decay_steps")!.Value;
                var stable = (int?)Number("num_stable_steps") ?? (total - warmup - decay) ?? throw new ArgumentException("No steps are given.");
                return ScheduleShapes.WarmupStableDecay(
                    warmup, stable, decay, Number("min_lr_ratio") ?? 0, Kind("warmup_type", DecayKind.Linear), Kind("decay_type", DecayKind.Cosine),
                    Number("num_cycles") ?? 0.5);
            case var unknown:
                throw new InvalidOperationException($"The reference has a schedule that no shape stands for: {unknown}.");
        }
    }

    private static JsonElement[] ReadCases()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "schedules", "schedules.json")));
        return [.. document.RootElement.GetProperty("cases").EnumerateArray().Select(element => element.Clone())];
    }
}
