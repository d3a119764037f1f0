using System.Runtime.CompilerServices;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Training;

/// <summary>Reads a step's line of <c>events.jsonl</c> field by field: nearly all lines of a long run are steps, and a page waits for them.</summary>
/// <remarks>Optimized at its first call: it is over before the runtime would notice that it is worth it.</remarks>
internal static class StepLine
{
    private static ReadOnlySpan<byte> Beginning => "{\"type\":\"step\","u8;

    /// <summary>The step; <see langword="null"/> where the line is another event, or says something in a way that only the general reader knows.</summary>
    /// <exception cref="JsonException">The line is cut off.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TrainingEvent.StepCompleted? TryRead(ReadOnlySpan<byte> line)
    {
        if (!line.StartsWith(Beginning))
        {
            return null;
        }

        var (step, tokens, learntTokens, residentBytes) = (0, 0, 0, 0L);
        var (epoch, loss, learningRate, gradientNorm, seconds) = (0.0, 0.0, 0.0, 0.0, 0.0);
        long? devicePeakBytes = null;
        double? expertBalance = null;
        DateTimeOffset at = default;
        var reader = new Utf8JsonReader(line);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isKnown =
                reader.ValueTextEquals("step"u8) ? Take(ref reader, ref step)
                : reader.ValueTextEquals("epoch"u8) ? Take(ref reader, ref epoch)
                : reader.ValueTextEquals("loss"u8) ? Take(ref reader, ref loss)
                : reader.ValueTextEquals("learningRate"u8) ? Take(ref reader, ref learningRate)
                : reader.ValueTextEquals("gradientNorm"u8) ? Take(ref reader, ref gradientNorm)
                : reader.ValueTextEquals("tokens"u8) ? Take(ref reader, ref tokens)
                : reader.ValueTextEquals("learntTokens"u8) ? Take(ref reader, ref learntTokens)
                : reader.ValueTextEquals("seconds"u8) ? Take(ref reader, ref seconds)
                : reader.ValueTextEquals("residentBytes"u8) ? Take(ref reader, ref residentBytes)
                : reader.ValueTextEquals("devicePeakBytes"u8) ? Take(ref reader, ref devicePeakBytes)
                : reader.ValueTextEquals("expertBalance"u8) ? Take(ref reader, ref expertBalance)
                : reader.ValueTextEquals("at"u8) ? reader.Read() && reader.TryGetDateTimeOffset(out at)
                : reader.ValueTextEquals("type"u8) && reader.Read();
            if (!isKnown)
            {
                return null;
            }
        }

        return new(step, epoch, loss, learningRate, gradientNorm, tokens, learntTokens, seconds, residentBytes)
        {
            At = at,
            DevicePeakBytes = devicePeakBytes,
            ExpertBalance = expertBalance,
        };
    }

    private static bool Take(ref Utf8JsonReader reader, ref int value) => reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out value);

    private static bool Take(ref Utf8JsonReader reader, ref long value) => reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out value);

    private static bool Take(ref Utf8JsonReader reader, ref double value) => reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out value);

    private static bool Take(ref Utf8JsonReader reader, ref long? value)
    {
        var given = 0L;
        var isTaken = Take(ref reader, ref given);
        value = given;
        return isTaken;
    }

    private static bool Take(ref Utf8JsonReader reader, ref double? value)
    {
        var given = 0.0;
        var isTaken = Take(ref reader, ref given);
        value = given;
        return isTaken;
    }
}
