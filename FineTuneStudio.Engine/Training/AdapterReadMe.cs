using System.Globalization;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Training;

/// <summary>Says where what was learnt comes from, for whoever finds the folder later.</summary>
internal static class AdapterReadMe
{
    /// <summary>The text of <c>README.md</c>.</summary>
    public static string Write(RunSpecification specification, string datasetHash, int step, int totalSteps, double? heldOutLoss)
    {
        var loss = heldOutLoss?.ToString("F6", CultureInfo.InvariantCulture) ?? "not measured";
        return $"""
            ---
            base_model: {Path.GetFileName(specification.Model.TrimEnd('/'))}
            library_name: peft
            ---

            # {(specification.Name.Length > 0 ? specification.Name : "A fine-tuned adapter")}

            | | |
            | --- | --- |
            | base model | {Path.GetFileName(specification.Model.TrimEnd('/'))} |
            | dataset | {Path.GetFileName(specification.Dataset.Path)}, SHA-256 of its rendered tokens {datasetHash} |
            | steps | {step} of {totalSteps} |
            | held-out loss | {loss} |

            Made with FineTuneStudio by this specification:

            ```json
            {(specification with { Model = Path.GetFileName(specification.Model.TrimEnd('/')), Dataset = specification.Dataset with { Path = Path.GetFileName(specification.Dataset.Path) } }).ToJson()}
            ```
            """;
    }
}
