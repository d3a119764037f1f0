using System.Globalization;
using System.Text;
using System.Text.Json;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Storage;

namespace FineTuneStudio.Engine.Exports;

/// <summary>The README of an export: the adapter's own where it has one, and what the certificate says.</summary>
internal static class ExportReadme
{
    /// <param name="folder">The export's folder.</param>
    /// <param name="main">Its one GGUF file, or the folder again.</param>
    /// <param name="certificate">What was found.</param>
    public static void Write(string folder, string main, ExportCertificate certificate)
    {
        var path = Path.Combine(folder, AdapterFiles.ReadMe);
        var text = new StringBuilder(File.Exists(path) ? File.ReadAllText(path).TrimEnd() + "\n\n" : Introduction(main, certificate));
        text.Append("## Certificate\n\n");
        text.Append(CultureInfo.InvariantCulture, $"Loaded anew and compared with {(certificate.TrainedQuantization is null ? "the model as trained" : "the base and the adapter beside it")}, at {certificate.Positions} places of {certificate.Prompts} prompts and answers");
        text.Append(CultureInfo.InvariantCulture, $" ({(certificate.Precision == Precision.Fp32 ? "32-bit" : "bfloat16")} arithmetic): largest difference of a logit {certificate.LargestLogitDifference:G3},");
        text.Append(CultureInfo.InvariantCulture, $" mean divergence {certificate.MeanDivergence:G3} nats, the same likeliest token at {certificate.GreedyAgreement:P1} of them.");
        text.Append(CultureInfo.InvariantCulture, $" {(certificate.Passed ? "Passed" : "FAILED")}. `{AdapterFiles.Certificate}` has this and the hash of every file.\n");
        foreach (var note in certificate.Notes)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n- {note}\n");
        }

        DurableFile.WriteAllText(path, text.ToString());
    }

    private static string Introduction(string main, ExportCertificate certificate)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"---\nbase_model: {JsonSerializer.Serialize(certificate.BaseModel)}\ntags:\n- finetunestudio\n---\n\n");
        text.Append(CultureInfo.InvariantCulture, $"# {certificate.BaseModel}, fine-tuned\n\n");
        text.Append(certificate.Format switch
        {
            ExportFormat.Merged => "The base model with an adapter in its weights; load it as any model folder.\n\n",
            ExportFormat.Gguf => $"The base model with an adapter in its weights, for llama.cpp and what builds on it:\n\n```bash\nllama-cli -m {Path.GetFileName(main)}\n```\n\n",
            ExportFormat.GgufLora => $"An adapter for llama.cpp, beside a GGUF file of the base model:\n\n```bash\nllama-cli -m BASE.gguf --lora {Path.GetFileName(main)}\n```\n\n",
            _ => "An adapter in PEFT layout.\n\n",
        });
        return text.ToString();
    }
}
