using System.Text.Json.Nodes;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Exports;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;
using FineTuneStudio.Engine.Tokenizers;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Engine.Training.Estimation;
using FineTuneStudio.Engine.Verification;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Models;

/// <summary>The text model inside of a model of text and images, against the same text model alone.</summary>
public sealed class WholeGemmaTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static string Plain => SharedData.Golden("models", "gemma3");

    private static string PlainAdapter => SharedData.Golden("models", "gemma3", "lora");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Load_EitherScheme_ComputesWhatTheTextModelComputes(bool older)
    {
        using var whole = WholeGemma.Make(older);
        using var model = CausalModel.Load(whole.Path, Precision.Fp32);

        var report = ReferenceVerifier.Verify(model, Path.Combine(Plain, "reference.safetensors"));

        Assert.True(report.Passed, report.ToString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Inspect_EitherScheme_CountsTheTextModelAndNamesTheRest(bool older)
    {
        using var whole = WholeGemma.Make(older);
        File.Delete(whole.At("generation_config.json"));

        var (description, plain) = (ModelFolder.Inspect(whole.Path), ModelFolder.Inspect(Plain));

        Assert.Equal(plain.Parameters, description.Parameters);
        Assert.True(description.IsTextPart);
        Assert.Contains(description.Notes, note => note.Contains("3 tensors (", StringComparison.Ordinal) && note.Contains("left out of account", StringComparison.Ordinal));
        Assert.False(plain.IsTextPart);
        Assert.Equal([1, 3], Tokenizer.Load(whole.Path).StopIds);
    }

    [Fact]
    public void Inspect_TextTensorMissing_IsAFaultStill()
    {
        using var whole = WholeGemma.Make(older: false);
        whole.ChangeWeights(weights => weights.Remove("model.language_model.norm.weight"));

        Assert.Contains("model.norm.weight", Assert.Throws<UserErrorException>(() => ModelFolder.Inspect(whole.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Save_AdapterBesideIt_HasTheWholeModelsNamesAndIsReadAgain()
    {
        using var whole = WholeGemma.Make(older: true);
        var linears = ModelFolder.Linears(whole.Path);
        using var adapter = AdapterSet.Load(PlainAdapter, linears);

        adapter.Save(_folder.At("written"), "gemma");

        var own = SafetensorsFile.Open(Path.Combine(PlainAdapter, AdapterFile)).Names;
        Assert.Equal(
            own.Select(name => name.Replace("base_model.model.model.", "base_model.model.model.language_model.", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            SafetensorsFile.Open(_folder.At($"written/{AdapterFile}")).Names.Order(StringComparer.Ordinal));
        var targets = JsonNode.Parse(File.ReadAllText(_folder.At("written/adapter_config.json")))!["target_modules"]!.AsArray().Select(target => (string)target!).ToList();
        Assert.Equal(own.Count() / 2, targets.Count);
        Assert.All(targets, target => Assert.StartsWith("model.language_model.layers.", target, StringComparison.Ordinal));
        AssertSame(adapter, _folder.At("written"), linears);
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, null)]
    [InlineData(true, @"language_model\.model\.layers\.\d+\.(self_attn|mlp)\.\w+_proj")]
    [InlineData(false, @".*language_model.*\.(q|k|v|o|gate|up|down)_proj")]
    public void Load_AdapterOfEitherScheme_IsTheSame(bool older, string? pattern)
    {
        using var whole = WholeGemma.Make(older: false);
        var linears = ModelFolder.Linears(whole.Path);
        using var adapter = AdapterSet.Load(PlainAdapter, linears);
        WholeGemma.RenameAdapter(PlainAdapter, _folder.At("theirs"), name => WholeGemma.NameOf(name, older));
        if (pattern is not null)
        {
            ChangeConfiguration("theirs", config => config["target_modules"] = pattern);
        }

        AssertSame(adapter, _folder.At("theirs"), linears);
    }

    [Fact]
    public void Save_RanksOfTheirOwn_ComeBack()
    {
        using var whole = WholeGemma.Make(older: false);
        var linears = ModelFolder.Linears(whole.Path);
        WholeGemma.RenameAdapter(PlainAdapter, _folder.At("theirs"), name => WholeGemma.NameOf(name, older: true));
        ChangeConfiguration("theirs", config =>
        {
            config["r"] = 9;
            config["rank_pattern"] = new JsonObject { [@"language_model.model.layers.\d+.*_proj"] = 4 };
            config["alpha_pattern"] = new JsonObject { ["language_model.model.layers.1.mlp.up_proj"] = 7 };
        });
        using var adapter = AdapterSet.Load(_folder.At("theirs"), linears);

        adapter.Save(_folder.At("written"), "gemma");

        Assert.Equal((4, 7), (adapter.Configuration.RankOf("model.layers.1.mlp.up_proj"), adapter.Configuration.AlphaOf("model.layers.1.mlp.up_proj")));
        AssertSame(adapter, _folder.At("written"), linears);
        using var again = AdapterSet.Load(_folder.At("written"), linears);
        Assert.Equal(7, again.Configuration.AlphaOf("model.layers.1.mlp.up_proj"));
        Assert.Equal(12, again.Configuration.AlphaOf("model.layers.0.mlp.up_proj"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Export_Merged_KeepsNamesConfigurationAndImages(bool older)
    {
        using var whole = WholeGemma.Make(older);

        var certificate = Export(whole.Path, ExportFormat.Merged);

        Assert.True(certificate.Passed, $"{certificate}");
        Assert.Equal(File.ReadAllText(whole.At("config.json")), File.ReadAllText(_folder.At("out/config.json")));
        AssertImagesAre(whole.WeightsPath, _folder.At("out/model.safetensors"), older);
        using var merged = CausalModel.Load(_folder.At("out"), Precision.Fp32);
        var report = ReferenceVerifier.Verify(merged, Path.Combine(PlainAdapter, "reference.safetensors"), tolerance: 1e-4);
        Assert.True(report.Passed, report.ToString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Export_MergedWithAHeadOfItsOwn_UntiesTheTextModel(bool older)
    {
        using var whole = WholeGemma.Make(older);
        WholeGemma.RenameAdapter(PlainAdapter, _folder.At("theirs"), name => WholeGemma.NameOf(name, older), withHead: true);
        ChangeConfiguration("theirs", config => config["modules_to_save"] = new JsonArray("lm_head"));

        var certificate = Export(whole.Path, ExportFormat.Merged, _folder.At("theirs"));

        Assert.True(certificate.Passed, $"{certificate}");
        Assert.Contains(WholeGemma.NameOf("lm_head.weight", older), SafetensorsFile.Open(_folder.At("out/model.safetensors")).Names);
        Assert.False((bool)JsonNode.Parse(File.ReadAllText(_folder.At("out/config.json")))!["text_config"]!["tie_word_embeddings"]!);
    }

    [Fact]
    public void Load_AdapterThatChangesWhatSeesImages_IsRefused()
    {
        using var whole = WholeGemma.Make(older: false);
        WholeGemma.RenameAdapter(PlainAdapter, _folder.At("theirs"), name => name.Contains("layers.0.self_attn.q_proj", StringComparison.Ordinal)
            ? "model.vision_tower.encoder." + name
            : WholeGemma.NameOf(name, older: false));

        var exception = Assert.Throws<UserErrorException>(() => AdapterSet.Load(_folder.At("theirs"), ModelFolder.Linears(whole.Path)));

        Assert.Contains("model.vision_tower.encoder.", exception.Message, StringComparison.Ordinal);
        Assert.Contains("the part that sees images", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ExportFormat.Peft)]
    [InlineData(ExportFormat.Gguf)]
    [InlineData(ExportFormat.GgufLora)]
    public void Export_OtherForms_AreCertified(ExportFormat format)
    {
        using var whole = WholeGemma.Make(older: true);

        var certificate = Export(whole.Path, format);

        Assert.True(certificate.Passed, $"{certificate}");
        Assert.Equal(format == ExportFormat.Gguf, certificate.Notes.Any(note => note.Contains("text model alone", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Run_LearnsAndLeavesWhatOpensAgain(bool isAdapter)
    {
        using var whole = WholeGemma.Make(older: false);
        using var run = new TinyRun();
        run.Specification = run.Specification with
        {
            Model = whole.Path,
            Lora = isAdapter ? new LoraOptions { Rank = 4 } : null,
            Schedule = new ScheduleOptions { LearningRate = isAdapter ? 5e-3 : 1e-3 },
            Duration = new DurationOptions { Steps = 6 },
        };

        var losses = run.Run().OfType<TrainingEvent.Evaluated>().ToList();

        Assert.True(losses[^1].Loss < losses[0].Loss);
        if (isAdapter)
        {
            Assert.NotEqual("", AdapterFolder.Inspect(Path.Combine(run.Folder, RunFolder.Adapter), whole.Path).Beside);
            return;
        }

        var model = Path.Combine(run.Folder, RunFolder.Model);
        AssertImagesAre(whole.WeightsPath, Path.Combine(model, "model.safetensors"), older: false);
        run.Specification = run.Specification with { Model = model, Duration = new DurationOptions { Steps = 1 } };
        Assert.Equal(losses[^1].Loss, run.Run(folder: run.At("again")).OfType<TrainingEvent.Evaluated>().First().Loss, 1e-4);
    }

    [Fact]
    public void ExportBytes_EveryWeightLearns_CountWhatSeesImages()
    {
        using var whole = WholeGemma.Make(older: false);
        using var run = new TinyRun();
        var images = WholeGemma.Images.Count * 4 * sizeof(float);

        using var trainee = Trainee.Load(run.Specification with { Model = whole.Path, Lora = null }, Device.Cpu);

        Assert.Equal((trainee.TrainableCount * trainee.Base.Config.PublishedType.Size()) + images, trainee.ExportBytes);
        Assert.Equal(images, new ModelShapes().Of(whole.Path).BesideBytes.Value);
    }

    [Fact]
    public void Load_ImagesInATypeThatCannotBeWritten_IsRefusedWhereEveryWeightLearnsAlone()
    {
        using var whole = WholeGemma.Make(older: false);
        var name = WholeGemma.ImageName(WholeGemma.Images[0], older: false);
        whole.ChangeWeights(weights => weights[name] = Tensor.From<short>([1, 2]));
        var bytes = File.ReadAllBytes(whole.WeightsPath);
        "\"U16\""u8.CopyTo(bytes.AsSpan(bytes.AsSpan().IndexOf("\"I16\""u8)));
        File.WriteAllBytes(whole.WeightsPath, bytes);

        var error = Assert.Single(Assert.Throws<UserErrorException>(() => CausalModel.Load(whole.Path, Precision.Fp32, trainable: true)).Errors);

        Assert.Contains($"'{name}' holds U16", error.Message, StringComparison.Ordinal);
        CausalModel.Load(whole.Path, Precision.Fp32).Dispose();
    }

    private const string AdapterFile = "adapter_model.safetensors";

    private ExportCertificate Export(string model, ExportFormat format, string? adapter = null)
        => AdapterExporter.Export(
            new ExportRequest { AdapterFolder = adapter ?? PlainAdapter, ModelFolder = model, Format = format, Target = _folder.At("out") }, progress: null, TestContext.Current.CancellationToken);

    private void ChangeConfiguration(string adapter, Action<JsonNode> change)
    {
        var path = _folder.At($"{adapter}/adapter_config.json");
        var config = JsonNode.Parse(File.ReadAllText(path))!;
        change(config);
        File.WriteAllText(path, config.ToJsonString());
    }

    private static void AssertImagesAre(string before, string after, bool older)
    {
        using var scope = TensorScope.Enter();
        var (whole, written) = (SafetensorsFile.Open(before), SafetensorsFile.Open(after));
        Assert.Equal(whole.Names.Order(StringComparer.Ordinal), written.Names.Order(StringComparer.Ordinal));
        foreach (var name in WholeGemma.Images.Select(name => WholeGemma.ImageName(name, older)))
        {
            Assert.Equal(whole.Get(name).ToArray<float>(), written.Get(name).ToArray<float>());
        }
    }

    private static void AssertSame(AdapterSet expected, string folder, IReadOnlyList<LinearShape> linears)
    {
        using var read = AdapterSet.Load(folder, linears);
        Assert.Equal(expected.Parameters.Select(pair => pair.Key), read.Parameters.Select(pair => pair.Key));
        Assert.All(expected.Parameters.Zip(read.Parameters), pair => Assert.Equal(pair.First.Value.ToArray<float>(), pair.Second.Value.ToArray<float>()));
    }
}
