using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Adapters;

/// <summary>An adapter in one of its forms: made, being made, or refused.</summary>
/// <param name="Kind">Which form.</param>
/// <param name="Progress">How far it is; <see langword="null"/> where nothing is being made.</param>
/// <param name="Certificate">What it was found to compute; <see langword="null"/> until it is made.</param>
/// <param name="Errors">Why it could not be made, the last time.</param>
public sealed record AdapterExport(ExportKind Kind, ExportProgress? Progress, ExportCertificate? Certificate, IReadOnlyList<UserError> Errors)
{
    /// <summary>How large it becomes, where that was asked for and is known.</summary>
    public ExportSize? Expected { get; init; }

    /// <summary>Size of its files; 0 until it is made.</summary>
    public long Bytes => Certificate?.Files.Sum(file => file.Bytes) ?? 0;
}
