using System.Text;
using System.Text.Json;

namespace Larder.Samples.PairProgrammer.Sessions;

/// <summary>The folder of a session: its state, the same as Markdown for people, and the code and tests as files.</summary>
public sealed class SessionFolder
{
    public const string StateFile = "session.json";
    public const string MarkdownFile = "session.md";
    public const string CodeFolder = "code";

    private readonly string _folder;

    private SessionFolder(string folder, SessionState? state)
    {
        _folder = folder;
        State = state;
    }

    /// <summary>What the session has come to; <see langword="null"/> for a new one.</summary>
    public SessionState? State { get; private set; }

    /// <summary>Opens a folder. One that is not there yet is made when something is saved.</summary>
    /// <exception cref="SessionException">What is in it cannot be read.</exception>
    public static SessionFolder Open(string folder)
    {
        string file = Path.Combine(folder, StateFile);
        if (!File.Exists(file))
            return new SessionFolder(folder, null);
        try
        {
            SessionState state = JsonSerializer.Deserialize(File.ReadAllText(file), SessionJson.Default.SessionState) ?? throw new SessionException($"{file} is null.");
            return state.Format == SessionState.CurrentFormat
                ? new SessionFolder(folder, state)
                : throw new SessionException($"{file}: format is {state.Format}; this program reads {SessionState.CurrentFormat}.");
        }
        catch (JsonException error)
        {
            throw new SessionException($"{file} cannot be read: {error.Message} Remove it to begin anew.", error);
        }
    }

    /// <summary>Writes the state, in one step: a program that is killed leaves the old one or the new one.</summary>
    public void Save(SessionState state)
    {
        Write(StateFile, JsonSerializer.Serialize(state, SessionJson.Default.SessionState));
        State = state;
    }

    /// <summary>Writes the Markdown.</summary>
    public void SaveMarkdown(string markdown) => Write(MarkdownFile, markdown);

    /// <summary>Writes a file of code.</summary>
    /// <param name="fileName">A plain name; answers with another are refused.</param>
    /// <param name="source">What is in it.</param>
    /// <param name="overwrite">Whether a file that is there is written anew.</param>
    public void SaveCode(string fileName, string source, bool overwrite)
    {
        if (Path.GetFileName(fileName) != fileName || fileName is "." or "..")
            throw new SessionException($"The file name is \"{fileName}\"; it must name no folder.");
        if (overwrite || !File.Exists(Path.Combine(_folder, CodeFolder, fileName)))
            Write(Path.Combine(CodeFolder, fileName), source.TrimEnd() + "\n");
    }

    private void Write(string name, string text)
    {
        string file = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file + ".new", text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        File.Move(file + ".new", file, overwrite: true);
    }
}
