using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Templates;

namespace FineTuneStudio.Commands;

/// <summary><c>template</c>: what a chat template makes of conversations.</summary>
internal static class TemplateCommand
{
    /// <summary>Sets the clock of <c>strftime_now</c>, for renderings that can be compared.</summary>
    private const string ClockVariable = "STUDIO_NOW";

    private const string Description = """
        Render conversations through a chat template: a JSON object a line from standard input, a JSON string a line to standard output.

        A line: {"messages":[...],"tools":[...],"documents":[...],"add_generation_prompt":true,"kwargs":{...},"bos_token":"...","eos_token":"..."};
        only messages is needed. Where the template fails or refuses, the line is {"error":"...","kind":"...","line":...} instead, with the
        template's own words where it called raise_exception.
        """;

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create() => new("template", "Look at chat templates")
    {
        CreateRender(),
    };

    private static Command CreateRender()
    {
        var model = new Option<string?>("--model") { Description = "A model or its folder: its own chat template" };
        var file = new Option<string?>("--file") { Description = "A Jinja file" };
        var name = new Option<string?>("--template") { Description = "Which of a model's named templates (default, tool_use, ...)" };
        var now = new Option<string?>("--now") { Description = "Time that strftime_now gives", Hidden = true };
        var strict = new Option<bool>("--strict") { Description = "Forbid every change of a list or dict, as transformers does (Kimi-K2 then fails on tool calls)" };
        var command = new Command("render", Description) { model, file, name, now, strict };
        command.SetAction(result => CommandRunner.Run(() =>
        {
            var source = ReadSource(result.GetValue(model), result.GetValue(file), result.GetValue(name));
            var clock = Clock(result.GetValue(now) ?? Environment.GetEnvironmentVariable(ClockVariable));
            return RenderLines(source, clock, result.GetValue(strict));
        }));
        return command;
    }

    private static string ReadSource(string? model, string? file, string? name)
    {
        if ((model is null) == (file is null))
        {
            throw new UserErrorException("template render", "Give either --model or --file.");
        }

        if (model is not null)
        {
            return ChatTemplate.FindSource(ModelArgument.Resolve(model), name)
                ?? throw new UserErrorException("--model", $"{model} has no chat template (chat_template.jinja, or chat_template in tokenizer_config.json).");
        }

        try
        {
            return File.ReadAllText(file!);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException("--file", $"{file} cannot be read: {exception.Message}");
        }
    }

    private static int RenderLines(string source, TimeProvider clock, bool strict)
    {
        using var input = new StreamReader(Console.OpenStandardInput(), Encoding.UTF8);
        using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { NewLine = "\n" };
        _ = ChatTemplate.TryParse(source, out var template, out var unreadable);
        while (input.ReadLine() is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                output.WriteLine(template is null ? Error(unreadable!) : Render(template, line, clock, strict));
                output.Flush();
            }
        }

        return unreadable is null ? CommandRunner.Success : throw new UserErrorException([unreadable.ToUserError()]);
    }

    private static string Render(ChatTemplate template, string line, TimeProvider clock, bool strict)
    {
        TemplateInput input;
        try
        {
            using var document = JsonDocument.Parse(line);
            input = TemplateInputReader.Read(document.RootElement.Clone(), clock, strict);
        }
        catch (JsonException exception)
        {
            return JsonSerializer.Serialize(new { error = $"This line is no JSON: {exception.Message}", kind = "input" }, Json);
        }
        catch (UserErrorException exception)
        {
            return JsonSerializer.Serialize(new { error = exception.Message, kind = "input" }, Json);
        }

        return template.TryRender(input, out var rendered, out var fault) ? JsonSerializer.Serialize(rendered.Text, Json) : Error(fault);
    }

    private static string Error(TemplateFault fault) => JsonSerializer.Serialize(
        new
        {
            error = fault.Kind == TemplateFaultKind.RaiseException ? fault.Message : $"line {fault.Line}: {fault.Message}",
            kind = JsonNamingPolicy.SnakeCaseLower.ConvertName(fault.Kind.ToString()),
            line = fault.Line,
        },
        Json);

    private static TimeProvider Clock(string? now)
    {
        if (now is null)
        {
            return TimeProvider.System;
        }

        return DateTime.TryParse(now, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? new StandingClock(DateTime.SpecifyKind(time, DateTimeKind.Utc))
            : throw new UserErrorException("--now", $"'{now}' is no time; write it as 2026-11-22T12:34:56.");
    }

    /// <summary>A clock that stands still.</summary>
    private sealed class StandingClock(DateTime now) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(now);
    }
}
