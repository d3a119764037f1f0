using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Generation;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Commands;

/// <summary><c>generate</c>: conversations in, answers out, a line each; what has arrived together is answered together.</summary>
internal static class GenerateCommand
{
    // Readable text: only what JSON itself forbids is escaped.
    private static readonly JsonSerializerOptions Readable = new(JsonSerializerOptions.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var defaults = new SamplingOptions();
        var model = new Option<string>("--model") { Description = "A model's name or folder", Required = true };
        var adapter = new Option<string?>("--adapter") { Description = "A folder in PEFT layout, or an adapter's name or id in the library", HelpName = "ADAPTER" };
        var temperature = new Option<double>("--temperature") { Description = "0 takes the likeliest token; 1 samples from the model's own distribution", DefaultValueFactory = _ => defaults.Temperature };
        var topP = new Option<double>("--top-p") { Description = "Smallest set of likeliest tokens with this much probability", DefaultValueFactory = _ => defaults.TopP };
        var topK = new Option<int>("--top-k") { Description = "So many likeliest tokens; 0 keeps all", DefaultValueFactory = _ => defaults.TopK };
        var minP = new Option<double>("--min-p") { Description = "Least probability of a token beside the likeliest one's; 0 keeps all", DefaultValueFactory = _ => defaults.MinP };
        var stop = new Option<string[]>("--stop") { Description = "A text that ends an answer, which is printed without it; may be given several times" };
        var maxTokens = new Option<int>("--max-tokens") { Description = "Most tokens of an answer", DefaultValueFactory = _ => defaults.MaxTokens };
        var seed = new Option<long>("--seed") { Description = "The same seed and the same lines give the same answers", DefaultValueFactory = _ => defaults.Seed };
        var precision = new Option<Precision>("--precision") { Description = "Number format of weights and activations", DefaultValueFactory = _ => OptionCatalog.Precision.Default };
        var quantization = QuantizationOption.Create();
        var device = DeviceOption.Create();
        var json = new Option<bool>("--json") { Description = "Print a JSON object a line: text, promptTokens, tokens, end (stop or length), and where the answer calls tools toolCalls; its text is then what it says beside them" };
        var command = new Command(
            "generate",
            "Answer conversations: a line of standard input is a JSON array of messages, or an object with messages and perhaps tools; its answer follows as plain text")
        {
            model, adapter, temperature, topP, topK, minP, stop, maxTokens, seed, precision, quantization, device, json,
        };
        command.SetAction(result => CommandRunner.Run(() => Run(
            ModelArgument.Resolve(result.GetRequiredValue(model)), result.GetValue(adapter), result.GetValue(precision), result.GetValue(quantization), result.GetValue(device), result.GetValue(json),
            new SamplingOptions
            {
                Temperature = result.GetValue(temperature),
                TopP = result.GetValue(topP),
                TopK = result.GetValue(topK),
                MinP = result.GetValue(minP),
                Stop = result.GetValue(stop) ?? [],
                MaxTokens = result.GetValue(maxTokens),
                Seed = result.GetValue(seed),
            })));
        return command;
    }

    private static int Run(string folder, string? adapterFolder, Precision precision, Quantization quantization, string? device, bool json, SamplingOptions options)
    {
        UserErrorException.ThrowIfAny(options.Validate());
        using var interrupt = new ConsoleInterrupt();
        TorchRuntime.Threads = Environment.ProcessorCount;
        using var loaded = CausalModel.Load(folder, precision, DeviceOption.Resolve(device), quantization: quantization);
        using var adapter = adapterFolder is null ? null : AdapterSet.Load(AdapterArgument.Resolve(adapterFolder), loaded.Linears, loaded.Device);
        using var model = loaded.WithAdapter(adapter);
        var generator = new TextGenerator(model, Renderer.Load(folder));
        using var input = Console.OpenStandardInput();
        using var output = Console.OpenStandardOutput();
        new JsonLines(input, output).RunTogether(
            line => generator.Prompt(Read(line)),
            (prompts, target) =>
            {
                var answers = new InOrder<TextAnswer>(prompts.Count, answer =>
                {
                    target.Write(Encoding.UTF8.GetBytes((json ? Describe(answer, generator.Reader) : answer.Text) + "\n"));
                    target.Flush();
                });
                generator.Answer(prompts, options, onPiece: null, answers.Add, interrupt.Token);
            });
        return CommandRunner.Success;
    }

    private static string Describe(TextAnswer answer, AnswerReader reader)
    {
        var said = reader.Read(answer.Tokens, tools: null);
        var end = answer.Tokens.End == AnswerEnd.Length ? "length" : "stop";
        return said.Calls.Count == 0
            ? JsonSerializer.Serialize(new { answer.Text, answer.PromptTokens, Tokens = answer.Tokens.Ids.Length, End = end }, Readable)
            : JsonSerializer.Serialize(new { said.Text, answer.PromptTokens, Tokens = answer.Tokens.Ids.Length, End = end, ToolCalls = said.ToOpenAi() }, Readable);
    }

    /// <exception cref="FormatException">The line is no conversation.</exception>
    private static Conversation Read(ReadOnlyMemory<byte> line)
    {
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement.Clone();
        return root.ValueKind switch
        {
            JsonValueKind.Array => new Conversation(root),
            JsonValueKind.Object when root.TryGetProperty("messages", out var messages) && messages.ValueKind == JsonValueKind.Array
                => new Conversation(messages, root.TryGetProperty("tools", out var tools) && tools.ValueKind != JsonValueKind.Null ? tools : null),
            _ => throw new FormatException("Write an array of messages, or an object with an array 'messages'."),
        };
    }
}
