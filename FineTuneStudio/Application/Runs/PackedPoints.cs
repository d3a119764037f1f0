using System.Buffers.Binary;
using System.Text.Json.Serialization;

namespace FineTuneStudio.Application.Runs;

/// <summary>Points of a run on their way to a chart.</summary>
/// <param name="Count">Rows.</param>
/// <param name="LastStep">Step of the newest row that exists, sent or not.</param>
/// <param name="Values">Columns one after the other, 32-bit little-endian floats, in the order of <c>RunPoints.Columns</c>, then of <paramref name="Extra"/>.</param>
/// <param name="Extra">Names of further columns, which only some runs have; what a row has no figure for is NaN. <see langword="null"/> for none.</param>
public sealed record PackedPoints(
    int Count, int LastStep, byte[] Values, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Extra = null)
{
    /// <summary>Step and loss of each row.</summary>
    public IEnumerable<(int Step, double Loss)> Losses()
        => Enumerable.Range(0, Count).Select(row => ((int)Value(row), (double)Value((RunPoints.LossColumn * Count) + row)));

    private float Value(int index) => BinaryPrimitives.ReadSingleLittleEndian(Values.AsSpan(index * sizeof(float)));
}
