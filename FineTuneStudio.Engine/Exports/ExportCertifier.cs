using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Storage;

namespace FineTuneStudio.Engine.Exports;

/// <summary>Loads an export anew, holds it against the base with the adapter, and writes down what came of it.</summary>
internal static class ExportCertifier
{
    /// <param name="request">What was exported.</param>
    /// <param name="folder">Holds all its files; gets README and certificate.</param>
    /// <param name="main">Its one GGUF file, or the folder again.</param>
    /// <param name="notes">What a person should know.</param>
    /// <param name="cancellationToken">Looked at between texts.</param>
    public static ExportCertificate Certify(ExportRequest request, string folder, string main, IReadOnlyList<string> notes, CancellationToken cancellationToken)
    {
        var precision = PrecisionFor(request.ModelFolder);
        var prompts = ExportPrompts.Of(Renderer.Load(request.ModelFolder));

        // One model at a time: a large one is never in memory twice.
        using var live = Score(ExportedModel.Live(request, precision), model => AnswerScores.OfAnswers(model, prompts, cancellationToken));
        using var exported = Score(ExportedModel.Load(request, main, precision), model => AnswerScores.Of(model, live.Texts, cancellationToken));
        var (largest, divergence, agreement) = live.CompareWith(exported);
        var trained = CompareWithTraining(request, precision, live.Texts, exported, cancellationToken);
        var certificate = new ExportCertificate
        {
            Format = request.Format,
            WeightType = request.Format is ExportFormat.Gguf or ExportFormat.GgufLora ? request.WeightType : null,
            EngineVersion = typeof(ExportCertifier).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
            BaseModel = NameOf(request),
            BaseModelRevision = ModelRevision.Find(request.ModelFolder),
            BaseModelSha256 = ModelHash.Compute(request.ModelFolder, progress: null, cancellationToken),
            AdapterSha256 = Hash(Path.Combine(request.AdapterFolder, AdapterFiles.Weights)),
            Precision = precision,
            Prompts = prompts.Count,
            Positions = live.Places,
            LargestLogitDifference = largest,
            MeanDivergence = divergence,
            GreedyAgreement = agreement,
            TrainedQuantization = trained is null ? null : request.TrainedQuantization,
            TrainedDivergence = trained?.Divergence,
            TrainedAgreement = trained?.Agreement,
            Files = [],
            Notes = trained is { } found ? [.. notes, TrainingNote(request.TrainedQuantization, found.Divergence, found.Agreement)] : notes,
            CreatedAt = DateTimeOffset.UtcNow,
        };
        ExportReadme.Write(folder, main, certificate);
        certificate = certificate with { Files = [.. Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(path => new ExportedFile(Path.GetFileName(path), new FileInfo(path).Length, Hash(path)))] };
        DurableFile.WriteAllText(Path.Combine(folder, AdapterFiles.Certificate), JsonSerializer.Serialize(certificate, RunSpecification.JsonOptions) + "\n");
        return certificate;
    }

    // Where a run packed the weights itself, what it saw is neither in the folder nor in the export: how far off it is, is said.
    private static (double Divergence, double Agreement)? CompareWithTraining(
        ExportRequest request, Precision precision, IReadOnlyList<int[]> texts, AnswerScores exported, CancellationToken cancellationToken)
    {
        if (request.TrainedQuantization == Quantization.None)
        {
            return null;
        }

        using var trained = Score(ExportedModel.Live(request, precision, request.TrainedQuantization), model => AnswerScores.Of(model, texts, cancellationToken));
        var (_, divergence, agreement) = trained.CompareWith(exported);
        return (divergence, agreement);
    }

    private static string TrainingNote(Quantization quantization, double divergence, double agreement) => string.Create(
        CultureInfo.InvariantCulture,
        $"Training saw the base's weights packed in few bits ({JsonNamingPolicy.CamelCase.ConvertName(quantization.ToString())}); here the adapter is with the weights of the base's own folder. From the model in training that is {divergence:G3} nats off on the average, with the same likeliest token at {agreement:P1} of the places.");

    private static AnswerScores Score(ExportedModel model, Func<CausalModel, AnswerScores> score)
    {
        using (model)
        {
            return score(model.Model);
        }
    }

    // Exact arithmetic shows the export's own rounding alone, but takes 4 bytes a weight.
    private static Precision PrecisionFor(string modelFolder)
        => 4 * ModelFolder.Inspect(modelFolder).Parameters < GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 3 ? Precision.Fp32 : Precision.Bf16;

    private static string NameOf(ExportRequest request)
        => request.BaseModel ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.ModelFolder)));

    private static string Hash(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
