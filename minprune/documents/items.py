"""The items of the five documents: what each is about, and what minprune does with it."""

from typing import NamedTuple


class Item(NamedTuple):
    """One item of one document."""

    id: str  # document, section, and a letter where a section has several items
    title: tuple  # in our words, English and Chinese
    computes: bool  # has functions: of its formula, rule, procedure, network or number


ITEMS = (
    # A: the survey of pruning
    Item("A-0", ("Abstract: the promises of pruning", "摘要：剪枝的好处"), False),
    Item("A-1", ("How the cost grows with the model", "计算量如何随模型增长"), True),
    Item("A-2.1a", ("Weight pruning: a mask times the weights", "权重剪枝：权重乘以掩码"), True),
    Item("A-2.1b", ("Structural pruning: whole units are removed", "结构剪枝：去掉整个单元"), True),
    Item("A-2.2a", ("Pruning with a penalty in the loss", "基于惩罚的剪枝：损失中加惩罚项"), True),
    Item("A-2.2b", ("What an L1 and an L2 penalty do to a weight",
                    "L1、L2 惩罚项对权重的作用"), True),
    Item("A-2.2c", ("Threshold pruning, in words", "阈值剪枝（文字描述）"), True),
    Item("A-2.2d", ("Pruning layer by layer, inside each layer", "逐层剪枝：在每层内部剪"), True),
    Item("A-2.3", ("Pruning beside quantization, hardware, distribution",
                   "剪枝与量化、硬件、分布式计算"), False),
    Item("A-2.4", ("Fields of application", "应用场景"), False),
    Item("A-2.5", ("Three challenges of pruning", "剪枝的三项挑战"), True),
    Item("A-2.6a", ("Promised: adaptive pruning", "展望：自适应剪枝"), True),
    Item("A-2.6b", ("Promised: pruning in transfer learning", "展望：迁移学习剪枝"), True),
    Item("A-2.6c", ("Promised: distributed pruning", "展望：分布式剪枝"), True),
    Item("A-2.7", ("Summary of the concepts", "概念小结"), False),
    Item("A-2.8", ("Diagram of the kinds of pruning", "图：剪枝的种类"), False),
    Item("A-3.1", ("Principle: quantize, select, rebuild", "原理：量化、筛选、重构"), True),
    Item("A-3.2", ("Procedure in six steps", "六步流程"), True),
    Item("A-3.2.1", ("Step: a random or a pretrained model",
                     "步骤：随机初始化或预训练的模型"), False),
    Item("A-3.2.2", ("Listing: quantize the weights", "代码：量化权重"), True),
    Item("A-3.2.3", ("Listing: importance as a norm of each tensor",
                     "代码：以各张量的范数为重要性"), True),
    Item("A-3.2.4", ("Listing: prune tensors by a threshold", "代码：按阈值剪掉张量"), True),
    Item("A-3.2.5", ("Listing: copy the weights into a new model",
                     "代码：把权重复制到新模型"), True),
    Item("A-3.2.6", ("Listing: loss and accuracy of a model", "代码：模型的损失与准确率"), True),
    Item("A-3.3a", ("Dynamic threshold", "动态阈值"), True),
    Item("A-3.3b", ("Hybrid: a unit mask times a weight mask",
                    "混合剪枝：单元掩码乘以权重掩码"), True),
    Item("A-3.3c", ("Quantization-aware training", "量化感知训练"), True),
    Item("A-3.4a", ("How deep to prune", "剪枝深度"), True),
    Item("A-3.4b", ("Claim: the initialization matters", "论断：初始化影响剪枝效果"), False),
    Item("A-3.4c", ("Claim: more data reduce the loss of accuracy",
                    "论断：数据越多，准确率下降越少"), False),
    Item("A-4.1a", ("L1 regularization", "L1 正则化"), True),
    Item("A-4.1b", ("L2 regularization", "L2 正则化"), True),
    Item("A-4.2", ("Threshold pruning of single weights", "单个权重的阈值剪枝"), True),
    Item("A-4.3a", ("Importance of a layer: its L1 norm", "层的重要性：L1 范数"), True),
    Item("A-4.3b", ("Layers below a threshold become zero", "低于阈值的层置零"), True),
    Item("A-4.4", ("Worked example: three 2 x 3 layers", "算例：三个 2 x 3 的层"), True),
    Item("A-5.1", ("Environment of the project", "项目的开发环境"), False),
    Item("A-5.2", ("Project in eight steps", "项目的八个步骤"), True),
    Item("A-5.2.1", ("Listing: imports", "代码：导入库"), False),
    Item("A-5.2.2", ("Network 784-64-10", "网络 784-64-10"), True),
    Item("A-5.2.3", ("Initial weights", "初始权重"), True),
    Item("A-5.2.4", ("Listing: L1 norms over three axes", "代码：沿三个轴求 L1 范数"), True),
    Item("A-5.2.5", ("Listing: the mean score as the threshold", "代码：以平均得分为阈值"), True),
    Item("A-5.2.6", ("Listing: tensors below the threshold become zero",
                     "代码：低于阈值的张量置零"), True),
    Item("A-5.2.7", ("Listing: a new model with the pruned weights",
                     "代码：用剪枝后的权重建新模型"), True),
    Item("A-5.2.8", ("Listing: training and evaluation on MNIST",
                     "代码：在 MNIST 上训练和评估"), True),
    Item("A-5.3", ("The document's reading of its own code", "原文对自己代码的解读"), False),
    Item("A-5.4", ("Printed result: accuracy 0.980000", "文中结果：准确率 0.980000"), True),
    Item("A-5.5", ("Table: the model before and after pruning", "表：剪枝前后的模型"), True),
    Item("A-5.6", ("Pruning in several stages", "多阶段剪枝"), True),
    Item("A-6.1", ("Images", "图像识别"), False),
    Item("A-6.2", ("Speech", "语音识别"), False),
    Item("A-6.3", ("Text", "自然语言处理"), False),
    Item("A-6.4", ("Cars that drive themselves", "自动驾驶"), False),
    Item("A-6.5", ("Medical diagnosis", "医疗诊断"), False),
    Item("A-6.6", ("Embedded systems", "嵌入式系统"), False),
    Item("A-7.1", ("Books, papers and websites", "书籍、论文和网站"), False),
    Item("A-7.2", ("Tools", "工具"), False),
    Item("A-7.3", ("More papers and a book", "其他论文和一本书"), True),
    Item("A-8a", ("Promised: automatic pruning", "展望：自动化剪枝"), True),
    Item("A-8b", ("Promised: pruning at several scales", "展望：多尺度剪枝"), True),
    Item("A-8c", ("Promised: fusion of several pruned models", "展望：多个剪枝后模型的融合"), True),
    Item("A-8d", ("Quantization-aware training, described again", "再谈量化感知训练"), True),
    Item("A-8e", ("Claim: pruning makes a model harder to interpret",
                  "论断：剪枝使模型更难解释"), False),
    Item("A-9.1", ("What is pruning?", "什么是剪枝？"), False),
    Item("A-9.2", ("Which kinds of pruning are there?", "剪枝有哪些类型？"), False),
    Item("A-9.3", ("Performance: accuracy or speed?", "性能：准确率还是速度？"), False),
    Item("A-9.4", ("Where can it be applied?", "剪枝适用于哪些领域？"), False),
    Item("A-9.5", ("What are its challenges?", "剪枝有哪些挑战？"), False),
    Item("A-9.6", ("How to prune better", "如何优化剪枝效果？"), False),
    Item("A-9.7", ("Pruning, quantization, transfer learning", "剪枝、量化与迁移学习"), False),
    Item("A-9.8", ("Claim: more data, preprocessing and augmentation help",
                   "论断：更多数据、预处理和增强有益"), False),
    Item("A-9.9", ("How to measure the effect of pruning", "如何评估剪枝效果？"), True),
    Item("A-9.10", ("Claim: small models are not worth pruning", "论断：小模型不值得剪枝"), False),
    Item("A-10", ("References", "参考文献"), True),
    # B: weight clipping and neuron pruning
    Item("B-1a", ("Weight clipping, as a name for weight pruning", "“权重裁剪”：指权重剪枝"), True),
    Item("B-1b", ("Pruning, as a name for neuron pruning", "“Pruning”：文中专指神经元剪枝"), True),
    Item("B-2", ("How the two are related", "两者的联系"), False),
    Item("B-3a", ("Weight pruning in four steps", "权重剪枝的四个步骤"), True),
    Item("B-3b", ("Weight pruning rate, in words", "权重剪枝率（文字描述）"), True),
    Item("B-3c", ("Neuron pruning in four steps", "神经元剪枝的四个步骤"), True),
    Item("B-3d", ("Neuron pruning rate, in words", "神经元剪枝率（文字描述）"), True),
    Item("B-3e", ("Formula: mask of the weights", "公式：权重的掩码"), True),
    Item("B-3f", ("Formula: mask of the neurons", "公式：神经元的掩码"), True),
    Item("B-4a", ("Regression network 8-10-1", "回归网络 8-10-1"), True),
    Item("B-4b", ("Training with the mean squared error", "以均方误差训练"), True),
    Item("B-4c", ("Listing: weight pruning rate", "代码：权重剪枝率"), True),
    Item("B-4d", ("Listing: weight mask", "代码：权重掩码"), True),
    Item("B-4e", ("Listing: writing the pruned weights back", "代码：写回剪枝后的权重"), True),
    Item("B-4f", ("Listing: neuron pruning", "代码：神经元剪枝"), True),
    Item("B-5", ("Applications", "应用场景"), False),
    Item("B-6", ("Tools", "工具"), False),
    Item("B-7a", ("Claim: pruning may harm generalization", "论断：剪枝可能降低泛化能力"), False),
    Item("B-7b", ("Claim: pruning may add computation", "论断：剪枝可能增加计算量"), True),
    Item("B-8", ("Questions and answers", "问题与解答"), False),
    # C: pruning in high-performance computing
    Item("C-1.1", ("Claims: less work, less overfitting", "论断：减少计算，防止过拟合"), False),
    Item("C-1.2", ("What the article is about", "文章讨论的内容"), False),
    Item("C-1.3", ("Claims: faster, cheaper, better on new data",
                   "论断：更快、更省、泛化更好"), False),
    Item("C-2.1a", ("Structural pruning: layers and nodes", "结构剪枝：层数与节点数"), True),
    Item("C-2.1b", ("Parameter pruning: weights and neurons", "参数剪枝：权重与神经元"), True),
    Item("C-2.1c", ("Quantization", "量化"), True),
    Item("C-2.1d", ("Mixed-precision training", "混合精度训练"), True),
    Item("C-2.1e", ("Model compression, as a family", "模型压缩包含的方法"), False),
    Item("C-2.1f", ("Diagram of the concepts", "图：各概念的关系"), False),
    Item("C-2.1g", ("Knowledge distillation", "知识蒸馏"), True),
    Item("C-3.1", ("Principle in four steps", "原理的四个步骤"), True),
    Item("C-3.2", ("Procedure in five steps", "流程的五个步骤"), True),
    Item("C-3.2a", ("What the pruning ratio is", "剪枝比例的含义"), True),
    Item("C-3.3", ("For and against pruning", "剪枝的优缺点"), False),
    Item("C-3.4a", ("Fields of application", "应用领域"), False),
    Item("C-3.4b", ("Pruning a matrix factorization", "矩阵分解的剪枝"), True),
    Item("C-4.1", ("Notation: the model as a set of matrices", "记号：模型是一组权重矩阵"), True),
    Item("C-4.2a", ("Formula: L1 norm of a layer", "公式：层的 L1 范数"), True),
    Item("C-4.2b", ("L2 norm of a layer", "层的 L2 范数"), True),
    Item("C-4.2c", ("Formula: the pruned matrix", "公式：剪枝后的矩阵"), True),
    Item("C-4.2d", ("Keep a given share of the ranking", "按排序保留一定比例"), True),
    Item("C-4.2e", ("Formula: gradient norm", "公式：梯度范数"), True),
    Item("C-4.2f", ("Prune the weights with a small gradient", "剪掉梯度小的权重"), True),
    Item("C-4.3a", ("Filter pruning of VGG16", "VGG16 的滤波器剪枝"), True),
    Item("C-4.3b", ("What half of the filters saves", "剪掉一半滤波器能省多少"), True),
    Item("C-5.1", ("Environment of the project", "项目的开发环境"), False),
    Item("C-5.2a", ("Listing: prune a convolution layer", "代码：对卷积层剪枝"), True),
    Item("C-5.2b", ("Network VGG16", "网络 VGG16"), True),
    Item("C-5.3", ("The document's reading of its own code", "原文对自己代码的解读"), False),
    Item("C-5.4", ("Results without a number", "没有数字的结果"), False),
    Item("C-6.1", ("Large-scale image recognition", "大规模图像识别"), False),
    Item("C-6.2", ("Recommender systems", "推荐系统"), False),
    Item("C-6.3", ("Medical diagnosis", "医疗诊断"), False),
    Item("C-6.4a", ("Promised: automatic pruning", "展望：自动剪枝"), True),
    Item("C-6.4b", ("Promised: pruning for several tasks", "展望：多任务剪枝"), True),
    Item("C-6.4c", ("Promised: pruning for several platforms", "展望：跨平台剪枝"), True),
    Item("C-6.4d", ("Promised: pruning in mixed precision", "展望：混合精度剪枝"), True),
    Item("C-6.4e", ("Promised: pruning with distillation", "展望：知识蒸馏剪枝"), True),
    Item("C-7.1", ("Learning resources", "学习资源"), False),
    Item("C-7.2", ("Tools", "工具"), False),
    Item("C-7.3", ("Papers", "论文"), True),
    Item("C-8.1", ("Summary", "总结"), False),
    Item("C-8.2", ("Structured pruning named as a future trend",
                   "结构化剪枝被列为未来趋势"), False),
    Item("C-8.3", ("Five challenges", "五项挑战"), False),
    Item("C-8.4", ("Promised: structural and parameter pruning together",
                   "展望：结构剪枝与参数剪枝结合"), True),
    Item("C-9.1", ("Claim: fewer parameters run faster", "论断：参数越少，运行越快"), True),
    Item("C-9.2", ("Retraining restores the accuracy", "重新训练恢复准确率"), True),
    Item("C-9.3", ("Limits of pruning", "剪枝的局限"), False),
    Item("C-9.4", ("Challenges in practice", "实际应用中的挑战"), False),
    Item("C-9.5", ("Pruning in recommender systems", "推荐系统中的剪枝"), False),
    # D: pruning in convolutional networks
    Item("D-0", ("Abstract: pruning speeds up training", "摘要：剪枝加速训练"), False),
    Item("D-1.1a", ("Structural pruning: connections and neurons",
                    "结构剪枝：删除连接和神经元"), True),
    Item("D-1.1b", ("Weight pruning: weights are made smaller", "权重剪枝：把权重变小"), True),
    Item("D-1.1c", ("Static pruning: once, after training", "静态剪枝：训练后剪一次"), True),
    Item("D-1.1d", ("Dynamic pruning: during training", "动态剪枝：在训练过程中剪"), True),
    Item("D-1.1e", ("Weight pruning divided into static and dynamic",
                    "权重剪枝分为静态与动态"), False),
    Item("D-1.1f", ("Claims: simpler, faster, better, more robust",
                    "论断：更简单、更快、更好、更鲁棒"), False),
    Item("D-1.1g", ("Claim: pruning helps interpretation", "论断：剪枝有助于可解释性"), False),
    Item("D-1.2a", ("Convolution layer", "卷积层"), True),
    Item("D-1.2b", ("Pooling layer", "池化层"), True),
    Item("D-1.2c", ("Fully connected layer", "全连接层"), True),
    Item("D-1.2d", ("Activation functions", "激活函数"), True),
    Item("D-1.2e", ("History of convolutional networks", "卷积网络的历史"), False),
    Item("D-2.1a", ("Weight pruning, described again", "再谈权重剪枝"), True),
    Item("D-2.1b", ("Strategy: threshold", "策略：基于阈值"), True),
    Item("D-2.1c", ("Strategy: importance", "策略：基于重要性"), True),
    Item("D-2.1d", ("Strategy: gradient", "策略：基于梯度"), True),
    Item("D-2.1e", ("Compression rate", "压缩率"), True),
    Item("D-2.1f", ("Performance loss", "性能下降"), True),
    Item("D-2.2", ("What pruning has to do with convolutional networks",
                   "剪枝与卷积网络的联系"), False),
    Item("D-2.3", ("Process in six steps", "六步流程"), True),
    Item("D-2.4", ("Diagram of the process", "图：剪枝流程"), True),
    Item("D-3.1", ("Principle in four steps", "原理的四个步骤"), True),
    Item("D-3.2", ("Procedure in seven steps", "流程的七个步骤"), True),
    Item("D-3.3", ("For and against pruning", "剪枝的优缺点"), False),
    Item("D-3.4", ("Fields of application", "应用领域"), False),
    Item("D-4.1a", ("Formula: a matrix divided by its norm", "公式：矩阵除以其范数"), True),
    Item("D-4.1b", ("Formula: the prune operator", "公式：剪枝操作符"), True),
    Item("D-4.2a", ("Formula: Euclidean norm of a matrix", "公式：矩阵的欧几里得范数"), True),
    Item("D-4.2b", ("Formula: the mask, entry by entry", "公式：逐元素的掩码"), True),
    Item("D-4.3", ("Worked example: a 3 x 3 matrix", "算例：一个 3 x 3 矩阵"), True),
    Item("D-5.1", ("Environment of the project", "项目的开发环境"), False),
    Item("D-5.2a", ("Listing: prune the weights of a network", "代码：对网络各层的权重剪枝"), True),
    Item("D-5.2b", ("Convolutional network for MNIST", "用于 MNIST 的卷积网络"), True),
    Item("D-5.2c", ("Listing: training with cross-entropy", "代码：以交叉熵训练"), True),
    Item("D-5.2d", ("Listing: images and one-hot labels", "代码：图像与独热标签"), True),
    Item("D-5.2e", ("Project: train, prune, train again", "项目：训练、剪枝、再训练"), True),
    Item("D-5.3", ("The document's reading of its own code", "原文对自己代码的解读"), False),
    Item("D-5.4a", ("Printed result: accuracy 0.9837", "文中结果：准确率 0.9837"), True),
    Item("D-5.4b", ("Listing: learning curves", "代码：学习曲线"), True),
    Item("D-6.1", ("Image recognition", "图像识别"), False),
    Item("D-6.2", ("Object detection", "目标检测"), False),
    Item("D-6.3", ("Image segmentation", "图像分割"), False),
    Item("D-6.4", ("Speech recognition", "语音识别"), False),
    Item("D-6.5", ("Text", "自然语言处理"), False),
    Item("D-6.6", ("Homes, small devices, augmented reality",
                   "智能家居、小型设备、增强现实"), False),
    Item("D-7.1a", ("Promised: adaptive pruning", "展望：自适应剪枝"), True),
    Item("D-7.1b", ("Promised: pruning joined with regularization",
                    "展望：剪枝与正则化结合"), True),
    Item("D-7.1c", ("Promised: automated pruning", "展望：自动化剪枝"), True),
    Item("D-7.1d", ("Promised: pruning in other domains", "展望：跨领域剪枝"), False),
    Item("D-7.2", ("Challenges", "面临的挑战"), False),
    Item("D-8.1", ("Books and courses", "书籍与课程"), False),
    Item("D-8.2", ("Tools", "工具"), False),
    Item("D-8.3", ("Papers", "论文"), False),
    Item("D-9.1", ("Summary of what has been reached", "已有成果的总结"), False),
    Item("D-9.2", ("Trends, as in D-7.1", "发展趋势，同 D-7.1"), False),
    Item("D-9.3", ("Challenges, as in D-7.2", "面临的挑战，同 D-7.2"), False),
    Item("D-9.4", ("Where research should go", "研究方向"), False),
    Item("D-Q1", ("Can pruning lower the accuracy?", "剪枝会降低准确率吗？"), False),
    Item("D-Q2", ("How to choose the threshold", "如何选择阈值？"), True),
    Item("D-Q3", ("Which networks can be pruned?", "哪些网络可以剪枝？"), False),
    Item("D-Q4", ("Does pruning lengthen training?", "剪枝会延长训练时间吗？"), False),
    Item("D-Q5", ("Does pruning harm generalization?", "剪枝会损害泛化能力吗？"), False),
    Item("D-Ref", ("Reference list", "参考文献列表"), False),
    # E: model pruning in practice
    Item("E-1.1", ("Models grow", "模型规模的膨胀"), False),
    Item("E-1.2", ("Why prune", "为什么要剪枝"), False),
    Item("E-2.1", ("Definition of pruning", "剪枝的定义"), True),
    Item("E-2.2", ("Pruning in the family of compression methods", "剪枝与其他压缩方法"), False),
    Item("E-2.3a", ("Unstructured pruning", "非结构化剪枝"), True),
    Item("E-2.3b", ("Structured pruning", "结构化剪枝"), True),
    Item("E-3.1", ("Magnitude pruning in four steps", "幅值剪枝的四个步骤"), True),
    Item("E-3.2", ("Neuron pruning in four steps", "神经元剪枝的四个步骤"), True),
    Item("E-4.1", ("Loss with an L1 penalty", "带 L1 惩罚项的损失"), True),
    Item("E-4.2", ("Loss with an L2 penalty", "带 L2 惩罚项的损失"), True),
    Item("E-4.3", ("Importance of a neuron: its activation", "神经元的重要性：激活值"), True),
    Item("E-5.1a", ("Network 784-128-10", "网络 784-128-10"), True),
    Item("E-5.1b", ("Polynomial sparsity schedule", "多项式稀疏度调度"), True),
    Item("E-5.1c", ("Library call: prune the low magnitudes", "库调用：剪掉幅值小的权重"), True),
    Item("E-5.1d", ("Listing: fine-tuning the pruned model", "代码：微调剪枝后的模型"), True),
    Item("E-6.1", ("Mobile and embedded devices", "移动与嵌入式设备"), False),
    Item("E-6.2", ("Faster inference in real time", "实时推理加速"), True),
    Item("E-6.3", ("Protection of a model, or its robustness", "模型保护，或其鲁棒性"), False),
    Item("E-7.1", ("Promised: automated pruning", "展望：自动化剪枝"), True),
    Item("E-7.2", ("Promised: pruning that depends on the input", "展望：随输入变化的剪枝"), True),
    Item("E-7.3", ("Promised: support by the hardware", "展望：硬件支持"), True),
    Item("E-8.1", ("Fine-tuning restores the accuracy", "微调恢复准确率"), True),
    Item("E-8.2", ("Which strategy to choose", "如何选择剪枝策略"), False),
    Item("E-8.3", ("Deployment of a pruned model", "剪枝后模型的部署"), True),
)  # fmt: skip

UNUSED = (  # promises that minprune keeps as functions only
    "A-2.6a, A-2.6c, A-8a, A-8b, A-8c, C-6.4a, C-6.4b, C-6.4c, C-6.4d, D-7.1c, E-7.1, E-7.2"
)

NOTES = (  # items -> what they hold if no function computes it, and what minprune does not do
    (
        UNUSED,
        "No lesson and no `run` uses these functions; their tests use small made-up data.",
        "各课和 `run` 都不使用这些函数；它们的测试用自编的小数据。",
    ),
    (
        "A-0, A-2.7",
        "Repeats what A-1 and A-2 claim; see there.",
        "重复 A-1 和 A-2 的论断，见这两处。",
    ),
    (
        "A-2.3",
        "How to choose a learning rate for a pruned network is measured under C-9.2. Batch sizes, "
        "hardware and distributed training beside pruning are named, and not measured here.",
        "剪枝后的网络如何选学习率，测量结果见 C-9.2。批大小、硬件、分布式训练在文中只与剪枝并提，"
        "这里没有测量。",
    ),
    (
        "A-2.4, A-6.1, A-6.2, A-6.3, A-6.4, A-6.5, A-6.6, A-9.4, C-6.1, C-6.3, D-3.4, D-6.1, "
        "D-6.2, D-6.3, D-6.4, D-6.5, D-6.6, E-6.1",
        "Applications, without a number. minprune classifies images of digits. Detection, "
        "segmentation, speech, text, control and medical images are not built, so nothing is "
        "measured on them.",
        "应用场景，没有给出数字。minprune 对手写数字的图像分类；没有实现检测、分割、语音、文本、"
        "控制和医学图像，因此没有这些方面的测量结果。",
    ),
    (
        "A-2.6c",
        "`shard_average` is the mean of scores that several machines would send. Nothing here runs "
        "on several machines.",
        "`shard_average` 求多台机器送来的得分的平均值。minprune 不在多台机器上运行。",
    ),
    (
        "A-2.6a, A-3.3a, A-5.6, D-7.1a",
        "`prune_by_std` and `threshold_for_sparsity` take one threshold from the weights at hand, "
        "and `NetworkSurgery` (D-1.1d) keeps its thresholds. During `fit` the sparsity of "
        "`gradual_pruning` (E-5.1b) rises, and with it the threshold that the ranking implies. A "
        "moving and a fixed threshold are not compared.",
        "`prune_by_std` 和 `threshold_for_sparsity` 由当前权重求出一个阈值；`NetworkSurgery`（"
        "D-1.1d）的阈值保持不变。`gradual_pruning`（E-5.1b）的稀疏度在 `fit` 期间逐步升高，排序所"
        "隐含的阈值也随之升高。动态阈值与固定阈值没有比较。",
    ),
    (
        "A-3.3c, A-8d",
        "No procedure trains with it: lesson 10 rounds the weights in `on_step`. Activations are "
        "not quantized, and no kernel multiplies integers.",
        "没有完整流程用它训练：第 10 课在 `on_step` 中把权重舍入到量化格点。激活值不量化，也没有整"
        "数乘法的计算核。",
    ),
    (
        "A-5.1, C-5.1, D-5.1",
        "How to install TensorFlow, which minprune does not need.",
        "如何安装 TensorFlow；minprune 不需要它。",
    ),
    (
        "A-5.2",
        "Lesson 05 runs it on 10,000 images for 4 epochs; the document takes 60,000 for 5. `run "
        "mlp` has the same network and another procedure: it prunes 90 % of the weights after "
        "training.",
        "第 05 课在 10,000 张图像上运行它 4 轮；原文用 60,000 张，5 轮。`run mlp` 的网络相同，流程"
        "不同：训练之后剪掉 90 % 的权重。",
    ),
    (
        "A-5.2.1",
        "Imports TensorFlow and two of its modules, which minprune does not need.",
        "导入 TensorFlow 及其两个模块；minprune 不需要它们。",
    ),
    (
        "A-7.2, B-6, C-7.2, D-8.2",
        "Names tools, and no call that could be checked.",
        "只列出工具名称，没有可以核对的调用。",
    ),
    (
        "A-8b",
        "`group_lasso` has a proximal step. `sparse_group_lasso` is a value only: no function "
        "trains with it.",
        "`group_lasso` 有近端步。`sparse_group_lasso` 只求值：没有函数用它训练。",
    ),
    (
        "A-9.1",
        "The definition of A-2.1 again: weights or structures are removed.",
        "重复 A-2.1 的定义：去掉权重或结构。",
    ),
    (
        "A-9.6",
        "Lists A-3.3 and A-8b again: dynamic threshold, hybrid pruning, quantization-aware "
        "training, several scales.",
        "重复 A-3.3 和 A-8b 所列：动态阈值、混合剪枝、量化感知训练、多尺度剪枝。",
    ),
    (
        "A-9.7",
        "Sets transfer learning beside pruning and quantization. It is a way to train: the network "
        "keeps its size. Pruning for it is under A-2.6b.",
        "把迁移学习与剪枝、量化并列。迁移学习是一种训练方法，网络的大小不变。为迁移学习剪枝见 "
        "A-2.6b。",
    ),
    ("C-1.2", "Says what the article treats.", "说明文章讨论哪些内容。"),
    (
        "C-2.1e, E-2.2",
        "Pruning, quantization and distillation have items of their own; `train_prune_quantize` "
        "(A-3.2) joins the first two.",
        "剪枝、量化和蒸馏各有条目；`train_prune_quantize`（A-3.2）结合了前两者。",
    ),
    (
        "C-2.1d, C-6.4d",
        "One step of one array: `Parameter` refuses float16, so no network trains in mixed "
        "precision here.",
        "只对一个数组做一步：`Parameter` 不接受 float16，因此这里没有网络以混合精度训练。",
    ),
    (
        "C-3.2",
        "Of step 5 `search_step_by_step` does one part: it raises the sparsity until validation "
        "accuracy has fallen too far. No function compares strategies.",
        "`search_step_by_step` 完成第 5 步的一部分：逐步提高稀疏度，直到验证准确率下降过多。没有函"
        "数比较不同策略。",
    ),
    (
        "C-3.4a, D-1.1c, D-Q3",
        "For convolutional networks see C-4.3 and `run cnn`. Recurrent and generative networks are "
        "not built.",
        "卷积网络见 C-4.3 和 `run cnn`。没有实现循环网络和生成网络。",
    ),
    (
        "C-3.4b, C-6.2, C-9.5",
        "`factorize` and `remove_factors` (C-3.4b) prune a matrix factorization. The package has "
        "no ratings of users, so no quality of recommendations is measured.",
        "`factorize` 和 `remove_factors`（C-3.4b）对矩阵分解剪枝。minprune 没有用户评分数据，因此"
        "没有测量推荐质量。",
    ),
    (
        "C-6.4b",
        "`multi_task_taylor` adds up scores. A `Network` has one output, so no network with two "
        "tasks is trained.",
        "`multi_task_taylor` 把得分相加。`Network` 只有一个输出，因此没有训练双任务网络。",
    ),
    (
        "C-6.4c",
        "The budgets count parameters, products or bytes. None is in milliseconds or for a device.",
        "预算按参数量、乘加次数或字节数计算；没有以毫秒计的预算，也没有针对某种设备的预算。",
    ),
    ("C-8.1", "Repeats C-1 to C-6; see there.", "重复 C-1 至 C-6 的内容，见这些节。"),
    (
        "C-8.3, C-9.3, C-9.4",
        "The challenges: to choose a strategy (E-8.2), lost accuracy (D-Q1), the cost of scoring "
        "and of training again (C-3.3, C-9.2).",
        "所列挑战：选择策略（E-8.2）、准确率下降（D-Q1）、计算得分和重新训练的代价（C-3.3、C-9.2）。",
    ),
    (
        "C-8.4",
        "Structural and parameter pruning together: `run cnn`. Pruning with quantization: "
        "`train_prune_quantize`. With distillation: `teacher_loss` in `fit`. A procedure of all "
        "three is not built.",
        "结构剪枝与参数剪枝结合：`run cnn`。剪枝与量化结合：`train_prune_quantize`。"
        "剪枝与蒸馏结合：`fit` 中的 `teacher_loss`。没有实现三者合一的流程。",
    ),
    (
        "D-2.3, D-3.2",
        "Training efficiency is named as a measure, and not defined. minprune counts the products "
        "of inference (`layer_costs`); a step of training takes about three times as many.",
        "文中把训练效率列为指标，但没有定义。minprune 统计推理的乘加次数（`layer_costs`）；训练一"
        "步约为其三倍。",
    ),
    (
        "D-7.1d",
        "minprune has one data set: pruning in another domain is not built.",
        "minprune 只有一个数据集：没有实现其他领域的剪枝。",
    ),
    (
        "D-9.1",
        "Says that pruning has succeeded in three fields, without a number.",
        "称剪枝已成功用于三个领域，没有给出数字。",
    ),
    (
        "D-9.4",
        "Better algorithms, other domains and automated tools are those of D-7.1; interpretation "
        "is under A-8e.",
        "更好的算法、其他领域、自动化工具即 D-7.1 所列；可解释性见 A-8e。",
    ),
    (
        "E-1.1, E-1.2",
        "No number. What a network holds and computes is counted under A-1 and D-5.2b.",
        "没有给出数字。网络的参数量和计算量见 A-1 和 D-5.2b。",
    ),
    (
        "E-7.2",
        "`gated_outputs` computes every product, so the gate saves no time. It gates neurons and "
        "channels by their own activations; no network that predicts the gate is built.",
        "`gated_outputs` 计算全部乘积，因此门控不节省时间。它按神经元和通道自身的激活值做门控；没"
        "有实现预测门控的网络。",
    ),
    (
        "E-7.3",
        "`NM` stores N:M sparsity, and no kernel of minprune multiplies with it. On the CPU "
        "`SparseEngine` skips zeros (E-6.2).",
        "`NM` 存储 N:M 稀疏权重，minprune 没有用它做乘法的计算核。在 CPU 上由 `SparseEngine` 跳过"
        "零（E-6.2）。",
    ),
    (
        "E-8.3",
        "`save`, `load` and `SparseEngine` run a pruned network where Python runs. There is no "
        "export to ONNX, TensorFlow Lite or C, and no integer kernel.",
        "`save`、`load` 和 `SparseEngine` 使剪枝后的网络能在装有 Python 的机器上运行。不能导出为 "
        "ONNX、TensorFlow Lite 或 C，也没有整数计算核。",
    ),
)

RUNS = (  # items -> the command that runs them
    (
        "A-2.2a, A-5.2.2, A-5.5, A-9.9, C-3.1, C-9.2, D-1.1c, D-2.3, D-3.1, D-3.2, E-3.1, E-8.1, "
        "E-8.3",
        "python -m minprune run mlp",
    ),
    (
        "A-3.3b, C-4.3a, C-5.2a, C-8.4, D-1.2a, D-5.2a, D-5.2b, D-5.2e, D-5.4a, E-2.3b",
        "python -m minprune run cnn",
    ),
    ("B-7b, C-9.1, E-6.2", "python -m minprune bench"),
    ("A-2.2b, A-4.1a, A-4.1b, E-4.1, E-4.2", "python tutorials/02_penalties.py"),
    ("A-4.2, D-4.1b, D-4.3", "python tutorials/03_thresholds_masks_ties.py"),
    ("A-4.3a, A-4.3b, A-4.4", "python tutorials/04_layer_importance.py"),
    ("A-5.2, A-5.2.8", "python tutorials/05_a_mask_is_state.py"),
    ("C-4.2f, E-4.3", "python tutorials/06_what_is_important.py"),
    ("A-5.6, D-1.1d, E-5.1b, E-5.1c", "python tutorials/07_when_to_prune.py"),
    ("C-4.3b, C-5.2b", "python tutorials/08_units_and_shrinking.py"),
    ("B-7b", "python tutorials/09_sparse_kernels.py"),
    ("A-3.3c, A-8d, C-2.1c, C-2.1g", "python tutorials/10_where_the_bytes_go.py"),
)
