using System.Globalization;
using System.Security.Cryptography;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;

namespace FineTuneStudio.Engine.Training;

/// <summary>Where what a run learnt comes from.</summary>
internal static class Provenance
{
    /// <summary>Gathers it; hashes the base model's and the dataset's files.</summary>
    public static AdapterProvenance Of(RunSpecification specification, int step, int totalSteps, HeldOutScore heldOut, CancellationToken cancellationToken)
    {
        var model = NameOf(specification.Model);
        using var dataset = File.OpenRead(specification.Dataset.Path);
        return new AdapterProvenance
        {
            Name = specification.Name.Length > 0 ? specification.Name : $"{model}, fine-tuned",
            BaseModel = model,
            BaseModelSha256 = ModelHash.Compute(specification.Model, progress: null, cancellationToken),
            BaseModelLicence = ModelLicence.Find(specification.Model),
            Dataset = NameOf(specification.Dataset.Path),
            DatasetSha256 = Convert.ToHexStringLower(SHA256.HashData(dataset)),

            // Paths of this machine concern nobody else.
            SpecificationJson = (specification with
            {
                Model = model,
                Dataset = specification.Dataset with
                {
                    Path = NameOf(specification.Dataset.Path),
                    HeldOutPath = specification.Dataset.HeldOutPath is { } path ? NameOf(path) : null,
                },
            }).ToJson(),
            Metrics =
            [
                new("steps", $"{step} of {totalSteps}"),
                heldOut.Reward is { } reward
                    ? new("held-out reward", reward.ToString("F6", CultureInfo.InvariantCulture))
                    : new("held-out loss", heldOut.Loss?.ToString("F6", CultureInfo.InvariantCulture) ?? "not measured"),
            ],
            FinishedAt = DateTimeOffset.UtcNow,
        };
    }

    private static string NameOf(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
}
