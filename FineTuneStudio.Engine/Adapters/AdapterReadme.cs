using System.Globalization;
using System.Text;
using FineTuneStudio.Engine.Storage;

namespace FineTuneStudio.Engine.Adapters;

/// <summary>The README of an adapter: a model card with its whole provenance.</summary>
public static class AdapterReadme
{
    /// <summary>Writes the file into an adapter's folder.</summary>
    public static void Write(string folder, AdapterProvenance provenance)
        => DurableFile.WriteAllText(Path.Combine(folder, AdapterFiles.ReadMe), Text(provenance));

    /// <summary>The file's text: Markdown with the front matter that model hubs read.</summary>
    public static string Text(AdapterProvenance provenance)
    {
        var text = new StringBuilder();
        text.Append("---\n");
        text.Append(CultureInfo.InvariantCulture, $"base_model: {Quote(provenance.BaseModel)}\n");
        text.Append("library_name: peft\n");
        if (provenance.BaseModelLicence is { } licence)
        {
            text.Append(CultureInfo.InvariantCulture, $"license: {Quote(licence)}\n");
        }

        text.Append("pipeline_tag: text-generation\ntags:\n- lora\n- finetunestudio\n---\n\n");
        text.Append(CultureInfo.InvariantCulture, $"# {Line(provenance.Name)}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"A LoRA adapter in PEFT layout, trained with FineTuneStudio and finished on {provenance.FinishedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC.\n\n");
        text.Append("## Made from\n\n| | name | SHA-256 |\n| --- | --- | --- |\n");
        text.Append(CultureInfo.InvariantCulture, $"| base model | {Cell(provenance.BaseModel)} | `{provenance.BaseModelSha256}` |\n");
        text.Append(CultureInfo.InvariantCulture, $"| dataset | {Cell(provenance.Dataset)} | `{provenance.DatasetSha256}` |\n\n");
        text.Append("The base model's hash is over the names and hashes of its files, in the order of names.\n\n");
        text.Append("## Result\n\n| figure | value |\n| --- | --- |\n");
        foreach (var (name, value) in provenance.Metrics)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {Cell(name)} | {Cell(value)} |\n");
        }

        text.Append("\n## Options\n\n```json\n").Append(provenance.SpecificationJson.TrimEnd()).Append("\n```\n\n");
        text.Append("## Use\n\n```python\nfrom peft import PeftModel\nfrom transformers import AutoModelForCausalLM\n\n");
        text.Append(CultureInfo.InvariantCulture, $"model = AutoModelForCausalLM.from_pretrained({Quote(provenance.BaseModel)})\n");
        text.Append("model = PeftModel.from_pretrained(model, \"path/of/this/folder\")\n```\n");
        return text.ToString();
    }

    // Names come from a person: they must not end a field, a table or a line.
    private static string Quote(string value) => $"\"{Line(value).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string Cell(string value) => Line(value).Replace("|", "\\|", StringComparison.Ordinal);

    private static string Line(string value) => value.ReplaceLineEndings(" ").Trim();
}
