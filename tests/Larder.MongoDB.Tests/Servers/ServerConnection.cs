using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Larder.MongoDB.Bson;
using Larder.MongoDB.Wire;

namespace Larder.MongoDB.Tests.Servers;

/// <summary>One client of the server.</summary>
internal sealed class ServerConnection(MongoServer server, Stream stream) : IDisposable
{
    private const int MaxCommandBytes = (16 * 1024 * 1024) + (16 * 1024);
    private const int OpReply = 1;
    private const int OpQuery = 2004;

    private ScramServer? _scram;
    private int _requests;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        byte[] head = new byte[MessageHeader.Size];
        while (true)
        {
            await stream.ReadExactlyAsync(head, cancellationToken);
            MessageHeader header = MessageHeader.Read(head);
            byte[] message = new byte[header.Length];
            head.CopyTo(message, 0);
            await stream.ReadExactlyAsync(message.AsMemory(MessageHeader.Size), cancellationToken);
            bool goesOn = header.OpCode switch
            {
                MessageHeader.OpMsg => await MessageAsync(header, message, cancellationToken),
                OpQuery => await QueryAsync(header, message, cancellationToken),
                _ => throw new MongoDbProtocolException($"op code {header.OpCode}"),
            };
            if (!goesOn)
                return;
        }
    }

    public void Dispose() => stream.Dispose();

    private async Task<bool> MessageAsync(MessageHeader header, byte[] message, CancellationToken cancellationToken)
    {
        OpMsg request = OpMsg.Read(message);
        BsonDocument command = BsonReader.Read(request.Body);
        foreach (DocumentSequence sequence in request.Sequences)
            command.Add(sequence.Name, new BsonArray(sequence.Documents.Select(one => (BsonValue)BsonReader.Read(one))));
        BsonDocument reply = request.Body.Length > MaxCommandBytes
            ? new BsonDocument { { "ok", 0.0 }, { "errmsg", $"BSONObj size: {request.Body.Length} is invalid" }, { "code", 10334 } }
            : await AnswerAsync(command, cancellationToken);
        if (server.After?.Invoke(command, reply) == false)
            return false;
        if (request.Flags.HasFlag(OpMsgFlags.MoreToCome))
            return true;
        var output = new ArrayBufferWriter<byte>();
        new OpMsg(request.Flags & OpMsgFlags.ChecksumPresent, BsonWriter.ToArray(reply), []).Write(output, ++_requests, header.RequestId);
        await stream.WriteAsync(output.WrittenMemory, cancellationToken);
        return true;
    }

    // The first greeting of many drivers is of the old kind: flags, a collection, two numbers, and the query.
    private async Task<bool> QueryAsync(MessageHeader header, byte[] message, CancellationToken cancellationToken)
    {
        int name = MessageHeader.Size + sizeof(int);
        int end = Array.IndexOf(message, (byte)0, name);
        if (!Encoding.UTF8.GetString(message.AsSpan(name, end - name)).EndsWith(".$cmd", StringComparison.Ordinal))
            throw new MongoDbProtocolException("a query of the old kind");
        BsonDocument command = BsonReader.Read(message.AsMemory(end + 1 + (2 * sizeof(int))));
        if (command.First().Key is not ("ismaster" or "isMaster" or "hello"))
            throw new MongoDbProtocolException("a command of the old kind");
        byte[] body = BsonWriter.ToArray(Hello(command));
        byte[] reply = new byte[MessageHeader.Size + 20 + body.Length];
        new MessageHeader(reply.Length, ++_requests, header.RequestId, OpReply).Write(reply);
        BinaryPrimitives.WriteInt32LittleEndian(reply.AsSpan(MessageHeader.Size), 8); // It could wait for data.
        BinaryPrimitives.WriteInt32LittleEndian(reply.AsSpan(MessageHeader.Size + 16), 1);
        body.CopyTo(reply, MessageHeader.Size + 20);
        await stream.WriteAsync(reply, cancellationToken);
        return true;
    }

    private async Task<BsonDocument> AnswerAsync(BsonDocument command, CancellationToken cancellationToken)
    {
        try
        {
            if (server.Before is { } before && await before(command) is { } instead)
                return instead;
            string name = command.First().Key;
            switch (name)
            {
                case "hello" when !server.Role.KnowsHello:
                    throw new ServerFailure(59, "CommandNotFound", "no such command: 'hello'");
                case "hello" or "ismaster" or "isMaster":
                    return Hello(command);
                case "saslStart" when server.User is { } user:
                    _scram = new ScramServer(user.User, user.Password);
                    if (!user.Mechanisms.Contains(command["mechanism"].AsString))
                        throw new ServerFailure(334, "MechanismUnavailable", "Received authentication for a mechanism which is not enabled");
                    return _scram.Start(command);
                case "saslContinue" when _scram is not null:
                    return _scram.Continue(command);
            }

            if (server.User is not null && _scram is not { IsDone: true })
                throw new ServerFailure(13, "Unauthorized", $"Command {name} requires authentication");
            return await server.Commands.RunAsync(command, cancellationToken);
        }
        catch (ServerFailure failure)
        {
            var reply = new BsonDocument { { "ok", 0.0 }, { "errmsg", failure.Message }, { "code", failure.Code }, { "codeName", failure.CodeName } };
            if (command.Contains("txnNumber") && failure.Code is 10107 or 11602 or 189 or 91 or 11600)
                reply.Add("errorLabels", new BsonArray { "RetryableWriteError" });
            return reply;
        }
    }

    private BsonDocument Hello(BsonDocument command)
    {
        MongoServerRole role = server.Role;
        var reply = new BsonDocument
        {
            { "helloOk", true },
            { "ismaster", role.IsWritable },
            { command.First().Key == "hello" ? "isWritablePrimary" : "isPrimary", role.IsWritable },
            { "maxBsonObjectSize", 16 * 1024 * 1024 },
            { "maxMessageSizeBytes", MessageHeader.MaxMessageBytes },
            { "maxWriteBatchSize", 100_000 },
            { "localTime", BsonValue.DateTime(server.Data.Now) },
            { "logicalSessionTimeoutMinutes", 30 },
            { "connectionId", 1 },
            { "minWireVersion", 0 },
            { "maxWireVersion", role.MaxWireVersion },
            { "readOnly", false },
        };
        if (role.SetName is not null)
        {
            reply.Add("setName", role.SetName);
            reply.Add("setVersion", 1);
            reply.Add("secondary", !role.IsWritable);
            reply.Add("hosts", new BsonArray(role.Hosts().Select(host => (BsonValue)host)));
            reply.Add("me", server.Address);
            if (role.IsWritable)
            {
                byte[] election = new byte[12];
                BinaryPrimitives.WriteInt32BigEndian(election.AsSpan(8), role.Election);
                reply.Add("electionId", BsonValue.Raw(BsonType.ObjectId, election));
            }
        }

        if (server.User is { } user && command["saslSupportedMechs"].AsString is { } asked)
            reply.Add("saslSupportedMechs", new BsonArray(asked.EndsWith("." + user.User, StringComparison.Ordinal) ? user.Mechanisms.Select(one => (BsonValue)one) : []));
        reply.Add("ok", 1.0);
        return reply;
    }
}
