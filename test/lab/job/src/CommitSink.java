package lab;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Collections;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * A sink of two phases: everything since the last checkpoint is committed once that is complete. Knob "commit": how many
 * microseconds a record costs then. With chain=1 writer and committer are one task, which takes no records meanwhile.
 */
final class CommitSink extends SinkBase<Ev> implements SupportsCommitter<Long> {
    private final Node node;

    CommitSink(Node node) {
        this.node = node;
    }

    @Override
    public CommittingSinkWriter<Ev, Long> createWriter(WriterInitContext context) {
        Behaviour behaviour = new Behaviour(node);
        behaviour.open(context.getTaskInfo().getIndexOfThisSubtask());
        org.apache.flink.metrics.Counter sent = context.metricGroup().getNumRecordsSendCounter();
        return new CommittingSinkWriter<Ev, Long>() {
            private long written;

            @Override
            public void write(Ev e, Context ctx) throws IOException {
                try {
                    behaviour.onRecord(e);
                } catch (IOException | RuntimeException x) {
                    throw x;
                } catch (Exception x) {
                    throw new IOException(x);
                }
                written++;
                sent.inc();
            }

            @Override
            public void flush(boolean endOfInput) {}

            @Override
            public Collection<Long> prepareCommit() {
                long records = written;
                written = 0;
                return Collections.singletonList(records);
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public Committer<Long> createCommitter(CommitterInitContext context) {
        return new Committer<Long>() {
            @Override
            public void commit(Collection<CommitRequest<Long>> requests) throws IOException, InterruptedException {
                Ctl.version(node.ctl);
                for (CommitRequest<Long> request : requests) {
                    Thread.sleep((long) (request.getCommittable() * node.num("commit", 0) / 1000));
                }
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public SimpleVersionedSerializer<Long> getCommittableSerializer() {
        return new SimpleVersionedSerializer<Long>() {
            @Override
            public int getVersion() {
                return 1;
            }

            @Override
            public byte[] serialize(Long records) {
                return ByteBuffer.allocate(Long.BYTES).putLong(records).array();
            }

            @Override
            public Long deserialize(int version, byte[] bytes) {
                return ByteBuffer.wrap(bytes).getLong();
            }
        };
    }
}
