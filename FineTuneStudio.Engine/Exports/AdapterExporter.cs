using System.Globalization;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Gguf;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Storage;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Engine.Exports;

/// <summary>Writes an adapter in any of its forms, loads what was written anew, compares it with the base and the adapter beside it, and certifies it.</summary>
public static class AdapterExporter
{
    private const double WritingShare = 0.6;

    /// <summary>Exports.</summary>
    /// <param name="request">What, and where to.</param>
    /// <param name="progress">Told of every stage, on this thread; may be <see langword="null"/>.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    /// <returns>The certificate, which is in the export as <c>certificate.json</c> too; look at <see cref="ExportCertificate.Passed"/>.</returns>
    /// <exception cref="UserErrorException">The form cannot hold the adapter, with the reason; or there is something at the target already.</exception>
    /// <exception cref="IOException">The disk is full; nothing half-written is left.</exception>
    public static ExportCertificate Export(ExportRequest request, Action<ExportProgress>? progress, CancellationToken cancellationToken)
    {
        var target = new ExportTarget(request);
        var staging = $"{Path.GetFullPath(request.Target)}.{Guid.NewGuid():N}{DurableFile.TemporarySuffix}";
        try
        {
            DurableFile.CreateFolder(staging);
            var (path, notes) = Write(request, staging, progress, cancellationToken);
            progress?.Invoke(new("Loading it anew and comparing", WritingShare));
            var certificate = ExportCertifier.Certify(request, staging, path, notes, cancellationToken);
            progress?.Invoke(new("Finishing", 0.98));
            target.Take(staging, path);
            return certificate;
        }
        finally
        {
            if (Directory.Exists(staging))
            {
                Directory.Delete(staging, recursive: true);
            }
        }
    }

    private static (string Path, IReadOnlyList<string> Notes) Write(ExportRequest request, string staging, Action<ExportProgress>? progress, CancellationToken cancellationToken)
    {
        progress?.Invoke(new("Writing", 0));
        if (request.Format == ExportFormat.Peft)
        {
            AdapterArchive.Copy(request.AdapterFolder, staging);
            return (staging, []);
        }

        using var adapters = AdapterSet.Load(request.AdapterFolder, ModelFolder.Linears(request.ModelFolder));
        if (request.Format == ExportFormat.Merged)
        {
            MergedModel.Write(request.ModelFolder, adapters, staging, Written, cancellationToken);
            return (staging, MergedNotes(request.ModelFolder));
        }

        var path = Path.Combine(staging, FileName(request));
        if (request.Format == ExportFormat.GgufLora)
        {
            GgufAdapter.Write(request.ModelFolder, adapters, request.WeightType, path, cancellationToken);
            return (path, ["Load it beside a GGUF file of the same base model."]);
        }

        var notes = GgufModel.Write(request.ModelFolder, adapters, request.WeightType, path, Written, cancellationToken);
        return (path, notes);

        void Written(long written, long total) => progress?.Invoke(new("Writing", WritingShare * written / total));
    }

    private static IReadOnlyList<string> MergedNotes(string modelFolder)
    {
        var source = ModelFolder.Weights(SafetensorsFolder.Open(modelFolder));
        return source.Names.Any(source.IsQuantised)
            ? ["The base's weights are packed in few bits; here they are 16-bit numbers: what was unpacked and the adapter, summed and rounded once."]
            : [];
    }

    private static string FileName(ExportRequest request)
    {
        var wished = request.FileName ?? Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(request.Target));
        return string.Create(CultureInfo.InvariantCulture, $"{(wished.Length > 0 ? wished : "adapter")}{ExportTarget.GgufEnding}");
    }
}
