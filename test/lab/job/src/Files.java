package lab;

import java.nio.file.Path;
import java.nio.file.Paths;
import org.apache.flink.api.common.serialization.SimpleStringEncoder;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.functions.sink.filesystem.BucketAssigner;
import org.apache.flink.streaming.api.functions.sink.filesystem.bucketassigners.SimpleVersionedStringSerializer;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.OnCheckpointRollingPolicy;

/** Files in the lab's folder, a new one per checkpoint, subtask and bucket; knob "buckets" (1): how many there are, by key. */
final class Files {
    private Files() {}

    static FileSink<Ev> sink(Node n) {
        Path folder = Paths.get(n.ctl).toAbsolutePath().getParent().resolveSibling("out").resolve(n.id);
        return FileSink.<Ev>forRowFormat(
                        new org.apache.flink.core.fs.Path(folder.toUri()), new SimpleStringEncoder<Ev>() {
                            @Override
                            public void encode(Ev e, java.io.OutputStream out) throws java.io.IOException {
                                out.write((e.line() + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
                            }
                        })
                .withBucketAssigner(new ByKey(n))
                .withRollingPolicy(OnCheckpointRollingPolicy.build())
                .build();
    }

    private static final class ByKey implements BucketAssigner<Ev, String> {
        private final Node node;

        ByKey(Node node) {
            this.node = node;
        }

        @Override
        public String getBucketId(Ev e, Context context) {
            Ctl.version(node.ctl);
            int buckets = Math.max(1, (int) node.num("buckets", 1));
            return "bucket-" + Math.floorMod(e.key.hashCode(), buckets);
        }

        @Override
        public SimpleVersionedSerializer<String> getSerializer() {
            return SimpleVersionedStringSerializer.INSTANCE;
        }
    }
}
