using System.Globalization;
using FineTuneStudio.Engine.Training;

namespace FineTuneStudio.Application.Runs;

/// <summary>A checkpoint of a run in the library, written <c>RUN@STEP</c>: a person's words never become a path.</summary>
public sealed record CheckpointReference(Guid RunId, int Step)
{
    /// <summary>Reads one; anything else is none.</summary>
    public static bool TryParse(string? text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out CheckpointReference? reference)
    {
        reference = text?.Split('@') is [var run, var number] && Guid.TryParse(run, out var id) && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var step)
            ? new CheckpointReference(id, step)
            : null;
        return reference is not null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{RunId}@{Step}");

    internal string AdapterFolder(StudioPaths paths) => Path.Combine(paths.Run(RunId), RunFolder.CheckpointOf(Step), RunFolder.Adapter);
}
